import type { IncomingMessage } from 'node:http';
import { isForm, readForm } from '../../kit/bodies/form-body.ts';
import { readJsonBody } from '../../kit/bodies/json-body.ts';

/** What was sent, and whether a page or JSON is wanted back. */
export type Sent =
  | { readonly kind: 'form'; readonly form: URLSearchParams }
  | { readonly kind: 'json'; readonly value: unknown };

/** The longest address with every field full, percent-encoded, fits several times. */
const PAGE = { bytesMax: 32_768, fieldsMax: 30, whose: 'a page' } as const;

/** Throws `Problem` for what is neither, too large or not readable. */
export async function readSent(request: IncomingMessage): Promise<Sent> {
  if (isForm(request)) return { kind: 'form', form: await readPageForm(request) };
  return { kind: 'json', value: (await readJsonBody(request)).value };
}

/** The fields of a form of a public page. Throws `Problem` for anything else. */
export function readPageForm(request: IncomingMessage): Promise<URLSearchParams> {
  return readForm(request, PAGE);
}
