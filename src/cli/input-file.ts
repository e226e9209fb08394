import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

/** A file that cannot be used; the message says which, where, and how to fix it. */
export class UnusableFile extends Error {}

/** The largest size after decompression, because the tool reads the whole file into memory. */
const FILE_BYTES_MAX = 512 * 1_048_576;

/** Reads the text of a file, which may be gzipped. Throws UnusableFile. */
export async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch(unusable(file));
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes, { maxOutputLength: FILE_BYTES_MAX }).toString('utf8');
  } catch {
    throw new UnusableFile(`${file}:1: is a damaged or too large gzip file; copy it again`);
  }
}

/** Writes the system's file error in our words: which file, what was found, how to fix it. */
export function unusable(file: string) {
  return (error: unknown): never => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const words = COMPLAINTS[code];
    throw words === undefined ? error : new UnusableFile(`${file}: ${words}`);
  };
}

const COMPLAINTS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder; check the path',
  ENOTDIR: 'part of the path is not a folder; check the path',
  EISDIR: 'is a folder; pass a file',
  EACCES: 'permission denied; check its permissions',
  ERR_FS_FILE_TOO_LARGE: 'is too large; pass less at once',
};
