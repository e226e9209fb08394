import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GeneratedFile } from './scorecards.ts';

/**
 * The files of development packages that the hub serves or embeds, by package: an installation needs
 * 3 MB of the 42 MB that these packages take.
 */
export const VENDORED: Readonly<Record<string, readonly string[]>> = {
  '@fontsource/dejavu-sans': [
    'LICENSE',
    'files/dejavu-sans-latin-400-normal.woff',
    'files/dejavu-sans-latin-700-normal.woff',
  ],
  '@fontsource-variable/inter': [
    'LICENSE',
    'files/inter-latin-ext-wght-normal.woff2',
    'files/inter-latin-wght-normal.woff2',
    'unicode.json',
  ],
  'maplibre-gl': ['LICENSE.txt', 'dist/maplibre-gl-worker.mjs', 'dist/maplibre-gl.mjs'],
  'zxing-wasm': [
    'LICENSE',
    'dist/es/reader/index.js',
    'dist/es/share.js',
    'dist/reader/zxing_reader.wasm',
  ],
};

/** Copies them, with their licences. */
export async function vendored(root: string): Promise<readonly GeneratedFile[]> {
  const paths = Object.entries(VENDORED).flatMap(([name, files]) =>
    files.map((file) => `${name}/${file}`),
  );
  return Promise.all(
    paths.map(async (path) => ({
      path: join(root, 'src/platform/vendored', path),
      content: await readFile(join(root, 'node_modules', path)),
    })),
  );
}
