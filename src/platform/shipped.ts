import { fileURLToPath } from 'node:url';

/** The path of a file that ships with the product, independent of the working directory. */
export function shippedFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** The path of a file that tools/vendored.ts copied from a package. */
export function vendoredFile(path: string): string {
  return fileURLToPath(new URL(`./vendored/${path}`, import.meta.url));
}
