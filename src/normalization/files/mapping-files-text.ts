import { createReadStream } from 'node:fs';
import { lstat, readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { MappingProblem } from '../mapping/problem.ts';
import { FILE_CHARS_MAX } from './yaml-source.ts';

/** A mapping file's text, its absence, or why it cannot be read. */
export type MappingText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly problem: MappingProblem };

/** Limit of a file in bytes: a character takes at most four. */
const FILE_BYTES_MAX = 4 * FILE_CHARS_MAX;

/**
 * Reads a mapping file; never rejects. An unreadable file (no permission, a folder, a dangling
 * link, not UTF-8) is distinguished from an absent one: removing an overlay removes its rules, but
 * a temporary disk failure must not. A byte order mark is removed.
 */
export async function readMappingText(file: string): Promise<MappingText> {
  const unreadable = (found: string, fix: string, line = 0): MappingText => ({
    kind: 'unreadable',
    problem: { file, line, column: Math.min(line, 1), severity: 'error', found, fix },
  });
  try {
    const found = await stat(file);
    // Reading a pipe would wait for a writer, and block all other files.
    if (!found.isFile()) return unreadable('This is not a regular file.', 'Put a text file here.');
    // Limited while reading, too: the file may grow meanwhile.
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

/**
 * Returns the text of a YAML file such as `config/messages/en.yaml`; rejects when it cannot be
 * read.
 */
export async function readConfigFile(file: string): Promise<string> {
  return readFile(file, 'utf8');
}

/**
 * Decodes a text; null for invalid UTF-8, which would turn into other codes than those that were
 * written.
 */
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
