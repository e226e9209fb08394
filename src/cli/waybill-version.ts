import { readFileSync } from 'node:fs';

/** Returns the version in package.json, such as `0.1.0`. */
export function waybillVersion(): string {
  const file: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return typeof file === 'object' && file !== null && 'version' in file
    ? String(file.version)
    : 'unknown';
}
