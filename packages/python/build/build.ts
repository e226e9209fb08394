/**
 * Writes the generated modules of the Python package:
 *
 *   npx tsx packages/python/build/build.ts FOLDER
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OpenApi } from '../../client/build/operations.ts';
import { pythonModels } from './models.ts';
import { pythonResources } from './resources.ts';

const DOCUMENT = new URL('../../../docs/openapi.json', import.meta.url);

/** @param folder the package's modules, such as `packages/python/src/waybill`. */
export function buildPython(folder: string): void {
  const document: OpenApi = JSON.parse(readFileSync(DOCUMENT, 'utf8'));
  writeFileSync(join(folder, 'models.py'), pythonModels(document));
  writeFileSync(join(folder, '_api.py'), pythonResources(document));
}

const [, script = '', folder] = process.argv;
if (resolve(script) === fileURLToPath(import.meta.url)) {
  if (!folder) throw new Error('usage: build.ts FOLDER');
  buildPython(folder);
}
