import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import subsetFont from 'subset-font';
import { EUROPEAN_LETTERS } from '../src/platform/shipped.ts';
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
  '@fontsource-variable/inter': ['LICENSE', 'files/inter-latin-wght-normal.woff2', 'unicode.json'],
  'maplibre-gl': ['LICENSE.txt', 'dist/maplibre-gl-worker.mjs', 'dist/maplibre-gl.mjs'],
  'zxing-wasm': [
    'LICENSE',
    'dist/es/reader/index.js',
    'dist/es/share.js',
    'dist/reader/zxing_reader.wasm',
  ],
};

const INTER = '@fontsource-variable/inter/files';

/** Copies them, with their licences, and makes the font of European letters. */
export async function vendored(root: string): Promise<readonly GeneratedFile[]> {
  const paths = Object.entries(VENDORED).flatMap(([name, files]) =>
    files.map((file) => `${name}/${file}`),
  );
  const original = (path: string) => readFile(join(root, 'node_modules', path));
  const target = (path: string) => join(root, 'vendored', path);
  const font = await original(`${INTER}/inter-latin-ext-wght-normal.woff2`);
  const letters = lettersOf(EUROPEAN_LETTERS);
  return Promise.all([
    ...paths.map(async (path) => ({ path: target(path), content: await original(path) })),
    subsetFont(font, letters, { targetFormat: 'woff2' }).then((content) => ({
      path: target(`${INTER}/inter-european-wght-normal.woff2`),
      content,
    })),
  ]);
}

/** @param range as in CSS, such as `U+0100-017F,U+0218-021B` */
function lettersOf(range: string): string {
  return [...range.matchAll(/U\+(\w+)-(\w+)/g)]
    .map(([, from = '', to = '']) => [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const)
    .map(([from, to]) =>
      String.fromCodePoint(...Array.from({ length: to - from + 1 }, (_, n) => from + n)),
    )
    .join('');
}
