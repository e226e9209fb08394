import { createReadStream } from 'node:fs';
import { lstat, readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { MappingProblem } from '../mapping/problem.ts';
import { FILE_CHARS_MAX } from './yaml-source.ts';

/** A mapping file as text, the fact that there is none, or why the one that is there cannot be read. */
export type MappingText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly problem: MappingProblem };

/** A character takes four bytes at most. */
const FILE_BYTES_MAX = 4 * FILE_CHARS_MAX;

/**
 * Reads a mapping file; never rejects. What is there and cannot be read (no rights, a folder, a link
 * that leads nowhere, not UTF-8) is told from what is not there: taking an overlay away takes its
 * rules away, a disk that fails for a moment must not. A byte order mark is left out.
 */
export async function readMappingText(file: string): Promise<MappingText> {
  const unreadable = (found: string, fix: string, line = 0): MappingText => ({
    kind: 'unreadable',
    problem: { file, line, column: Math.min(line, 1), severity: 'error', found, fix },
  });
  try {
    const found = await stat(file);
    // Reading a pipe waits for a writer, and with it all files would wait.
    if (!found.isFile()) return unreadable('This is not a regular file.', 'Put a text file here.');
    // Bounded while reading, too: the file may grow meanwhile.
    const bytes = await buffer(createReadStream(file, { end: FILE_BYTES_MAX }));
    if (bytes.length > FILE_BYTES_MAX) {
      const size = `The file has ${Math.max(found.size, bytes.length)} bytes`;
      return unreadable(`${size}; the limit is ${FILE_BYTES_MAX}.`, 'Put a mapping here.');
    }
    const text = textOf(bytes);
    if (text !== null) return { kind: 'text', text };
    const line = bytes.toString('utf8').split('\ufffd', 1)[0]?.split('\n').length ?? 1;
    return unreadable('The file is not UTF-8 from this line on.', 'Save it as UTF-8.', line);
  } catch (error) {
    const code = codeOf(error);
    const isThere = await lstat(file).then(
      () => true,
      () => false,
    );
    if (!isThere && (code === 'ENOENT' || code === 'ENOTDIR')) return { kind: 'absent' };
    if (code === 'ENOENT') {
      return unreadable('The link is broken.', 'Fix the link, or remove it.');
    }
    return unreadable(`The file cannot be read (${code}).`, 'Give the hub permission to read it.');
  }
}

/** The text of a YAML file such as `config/messages/en.yaml`; rejects when it cannot be read. */
export async function readConfigFile(file: string): Promise<string> {
  return readFile(file, 'utf8');
}

/** Bytes that are no UTF-8 would become other codes than those that were written. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
  return typeof code === 'string' ? code : 'unknown';
}
