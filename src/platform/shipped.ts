import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The path of a file that ships with the product, independent of the working directory. */
export function shippedFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** The npm package has the bundle instead of most sources. */
const IS_PACKAGE = !existsSync(shippedFile('src/main.ts'));

/**
 * The path of a file of a development package that the hub serves or embeds. The npm package contains
 * a copy (tools/vendored.ts).
 */
export function vendoredFile(path: string): string {
  return shippedFile(`${IS_PACKAGE ? 'vendored' : 'node_modules'}/${path}`);
}

/**
 * The letters of Central Europe, Turkey and the Baltic that Inter's Latin file lacks, as a range of CSS:
 * Latin Extended-A, and Ș and Ț. Inter's own file with them is six times as large, for letters of other
 * languages; those come from the system's font.
 */
export const EUROPEAN_LETTERS = 'U+0100-017F,U+0218-021B';
