import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import type { GeneratedFile } from './generated-file.ts';

const HEADER = '// Made from wire.yaml by `npm run generate`; change that file instead.\n\n';

/** Every carrier's `wire.yaml`, an OpenAPI description, as the TypeScript types in `wire.gen.ts`. */
export async function wireTypes(root: string): Promise<readonly GeneratedFile[]> {
  const adapters = join(root, 'src', 'adapters');
  const files: GeneratedFile[] = [];
  for (const entry of (await readdir(adapters, { withFileTypes: true })).sort(byName)) {
    if (!entry.isDirectory()) continue;
    const folder = join(adapters, entry.name);
    const yaml = await readFile(join(folder, 'wire.yaml'), 'utf8').catch(() => null);
    if (yaml === null) continue;
    const ast = await openapiTS(yaml, { alphabetize: false, silent: true });
    files.push({ path: join(folder, 'wire.gen.ts'), content: HEADER + astToString(ast) });
  }
  return files;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
