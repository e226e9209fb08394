/**
 * Builds the package from the hub's API description:
 *
 *   npx tsx build/build.ts dist
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import openapiTypescript, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import type { OpenApi } from './operations.ts';
import { declarations, entrySource } from './sources.ts';

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));
const DOCUMENT = new URL('../../../docs/openapi.json', import.meta.url);
/** Sources whose declarations are part of the package's. */
const DECLARED = ['error', 'pages', 'request', 'runtime', 'webhook'];

/** Writes the ES module, the CommonJS module and the declarations of both to a folder. */
export async function buildClient(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const document: OpenApi = JSON.parse(readFileSync(DOCUMENT, 'utf8'));
  for (const [format, file] of [
    ['esm', 'index.js'],
    ['cjs', 'index.cjs'],
  ] as const) {
    await build({
      stdin: { contents: entrySource(document), resolveDir: SOURCE },
      outfile: join(folder, file),
      bundle: true,
      format,
      platform: 'neutral',
      target: 'es2022',
      minify: true,
      keepNames: false,
    });
  }
  const api = astToString(
    await openapiTypescript(DOCUMENT, { silent: true, defaultNonNullable: false }),
  );
  const texts: Record<string, string> = { api, index: declarations(document) };
  for (const name of DECLARED) texts[name] = declarationOf(name);
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(folder, `${name}.d.ts`), text);
    writeFileSync(
      join(folder, `${name}.d.cts`),
      text.replaceAll(/from '(\.\/\w+)\.js'/g, "from '$1.cjs'"),
    );
  }
}

function declarationOf(name: string): string {
  const text = readFileSync(join(SOURCE, `${name}.ts`), 'utf8');
  const { outputText } = ts.transpileDeclaration(text, {
    compilerOptions: { isolatedDeclarations: true, declaration: true, stripInternal: true },
  });
  return outputText.replaceAll(/from '(\.\/\w+)\.ts'/g, "from '$1.js'");
}

const [, script = '', folder] = process.argv;
if (resolve(script) === fileURLToPath(import.meta.url)) {
  if (!folder) throw new Error('usage: build.ts FOLDER');
  await buildClient(resolve(dirname(script), '..', folder));
}
