import type { IncomingMessage } from 'node:http';
import { NOTE_CHARS_MAX } from '../api/dead-letters/schema.ts';
import { readForm } from '../kit/bodies/form-body.ts';

/** An overlay is the largest field of a form; percent-encoding may triple its size. */
const CONSOLE = { bytesMax: 2 * 1_048_576, fieldsMax: 50, whose: 'console' } as const;

/** The fields of a form of the console. Throws `Problem` for anything else. */
export function readConsoleForm(request: IncomingMessage): Promise<URLSearchParams> {
  return readForm(request, CONSOLE);
}

/**
 * Null for an empty note; a note that is too long is truncated, because it is no reason to reject
 * the rest.
 */
export function noteOf(form: URLSearchParams): string | null {
  const text = (form.get('note') ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim();
  return text === '' ? null : text.slice(0, NOTE_CHARS_MAX);
}
