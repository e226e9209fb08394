import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { shippedFile } from '../src/platform/shipped.ts';

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
  '@fontsource-variable/inter': ['LICENSE', 'files/inter-latin-wght-normal.woff2', 'unicode.json'],
  'maplibre-gl': ['LICENSE.txt', 'dist/maplibre-gl-worker.mjs', 'dist/maplibre-gl.mjs'],
  'zxing-wasm': [
    'LICENSE',
    'dist/es/reader/index.js',
    'dist/es/share.js',
    'dist/reader/zxing_reader.wasm',
  ],
};

/** Copies them, with their licences, to the folder that the npm package contains. */
export function copyVendored(): void {
  for (const [name, files] of Object.entries(VENDORED)) {
    for (const file of files) {
      const path = join(name, file);
      cpSync(shippedFile(join('node_modules', path)), shippedFile(join('vendored', path)));
    }
  }
}
