import type { IncomingMessage } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import { readBody } from '../../../platform/net/read-body.ts';
import { Aborted } from './json-body.ts';

/** Limits of a form, and its owner, for the error about another content type. */
interface FormKind {
  readonly bytesMax: number;
  readonly fieldsMax: number;
  readonly whose: 'console' | 'page';
}

/** Characters that PostgreSQL cannot store. */
const UNSTORABLE = /\0|\p{Cs}/u;
const FORM = /^application\/x-www-form-urlencoded\s*(;|$)/i;

export function isForm({ headers }: IncomingMessage): boolean {
  return FORM.test(headers['content-type'] ?? '');
}

/** The fields of a form in the browsers' encoding. Throws `Problem` for anything else. */
export async function readForm(
  request: IncomingMessage,
  { bytesMax, fieldsMax, whose }: FormKind,
): Promise<URLSearchParams> {
  if (!isForm(request)) {
    const fix = { 'requests.sendMediaType': { wanted: 'application/x-www-form-urlencoded' } };
    throw new Problem('unsupported_media_type', { 'requests.formExpected': { whose } }, { fix });
  }
  const body = await readBody(request, bytesMax);
  if (body.kind === 'aborted') throw new Aborted();
  if (body.kind === 'too_large') {
    throw new Problem('too_large', { 'requests.formBodyTooLarge': { bytesMax } });
  }
  const form = new URLSearchParams(Buffer.from(body.bytes).toString('utf8'));
  let count = 0;
  for (const [name, value] of form) {
    count += 1;
    if (count > fieldsMax || UNSTORABLE.test(name) || UNSTORABLE.test(value)) {
      throw new Problem('bad_request', 'requests.unknownForm');
    }
  }
  return form;
}
