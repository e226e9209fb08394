import type { IncomingMessage } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import { readBody } from '../../../platform/read-body.ts';
import { Aborted, readJsonBody } from '../../json-body.ts';

/** What was sent, and whether a page or JSON is wanted back. */
export type Sent =
  | { readonly kind: 'form'; readonly form: URLSearchParams }
  | { readonly kind: 'json'; readonly value: unknown };

/** The longest address with every field full, percent-encoded, fits several times. */
const FORM_BYTES_MAX = 32_768;
const FIELDS_MAX = 30;
/** What no column holds. */
const UNSTORABLE = /\0|\p{Cs}/u;
const FORM = /^application\/x-www-form-urlencoded\s*(;|$)/i;

export function isForm({ headers }: IncomingMessage): boolean {
  return FORM.test(headers['content-type'] ?? '');
}

/** Throws `Problem` for what is neither, too large or not readable. */
export async function readSent(request: IncomingMessage): Promise<Sent> {
  if (isForm(request)) return { kind: 'form', form: await readForm(request) };
  return { kind: 'json', value: (await readJsonBody(request)).value };
}

/** The fields of a form as browsers send it. Throws `Problem` for anything else. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (!isForm(request)) {
    throw new Problem('unsupported_media_type', 'This path takes the form of a page.');
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
      throw new Problem('bad_request', 'The form is none of ours.');
    }
  }
  return form;
}
