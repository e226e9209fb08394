import { fileURLToPath } from 'node:url';

/** Where a file that ships with the product is, whatever the working directory. */
export function shippedFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
