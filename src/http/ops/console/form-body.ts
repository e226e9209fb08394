import type { IncomingMessage } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import { readBody } from '../../../platform/read-body.ts';
import { Aborted } from '../../json-body.ts';
import { NOTE_CHARS_MAX } from '../../schemas/ops-dead-letters.ts';

/** An overlay is the largest thing a form holds; percent-encoded it may be three times as long. */
const FORM_BYTES_MAX = 2 * 1_048_576;
const FIELDS_MAX = 50;
/** What no column holds. */
const UNSTORABLE = /\0|\p{Cs}/u;

export function isForm({ headers }: IncomingMessage): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');
}

/** The fields of a form as browsers send it. Throws `Problem` for anything else. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (!isForm(request)) {
    throw new Problem('unsupported_media_type', 'This path takes a form of the console.');
  }
  const body = await readBody(request, FORM_BYTES_MAX);
  if (body.kind === 'aborted') throw new Aborted();
  if (body.kind === 'too_large') {
    throw new Problem('too_large', `A form may have ${FORM_BYTES_MAX} bytes at most.`);
  }
  const form = new URLSearchParams(Buffer.from(body.bytes).toString('utf8'));
  let count = 0;
  for (const [name, value] of form) {
    count += 1;
    if (count > FIELDS_MAX || UNSTORABLE.test(name) || UNSTORABLE.test(value)) {
      throw new Problem('bad_request', 'The form is none of the console’s.');
    }
  }
  return form;
}

/** Null where nothing was written; too long a note is cut, for it is no reason to refuse the rest. */
export function noteOf(form: URLSearchParams): string | null {
  const text = (form.get('note') ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim();
  return text === '' ? null : text.slice(0, NOTE_CHARS_MAX);
}
