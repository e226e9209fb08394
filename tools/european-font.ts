import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import subsetFont from 'subset-font';
import { EUROPEAN_LETTERS } from '../src/platform/shipped.ts';
import type { GeneratedFile } from './scorecards.ts';

const ORIGINAL = '@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2';

/** Makes the font of European letters. */
export async function europeanFont(root: string): Promise<readonly GeneratedFile[]> {
  const font = await readFile(join(root, 'node_modules', ORIGINAL));
  const content = await subsetFont(font, lettersOf(EUROPEAN_LETTERS), { targetFormat: 'woff2' });
  return [{ path: join(root, 'config/fonts/inter-european.woff2'), content }];
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
