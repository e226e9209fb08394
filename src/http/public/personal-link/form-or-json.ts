import type { IncomingMessage } from 'node:http';
import { isForm, readForm } from '../../kit/bodies/form-body.ts';
import { readJsonBody } from '../../kit/bodies/json-body.ts';

/** The submitted data, and whether the client wants a page or JSON back. */
export type Sent =
  | { readonly kind: 'form'; readonly form: URLSearchParams }
  | { readonly kind: 'json'; readonly value: unknown };

/** Room for several times the longest address with every field full, percent-encoded. */
const PAGE = { bytesMax: 32_768, fieldsMax: 30, whose: 'page' } as const;

/** Reads a form or JSON. Throws `Problem` for other input, and if it is too large or unreadable. */
export async function readSent(request: IncomingMessage): Promise<Sent> {
  if (isForm(request)) return { kind: 'form', form: await readPageForm(request) };
  return { kind: 'json', value: (await readJsonBody(request)).value };
}

/** The fields of a form of a public page. Throws `Problem` for anything else. */
export function readPageForm(request: IncomingMessage): Promise<URLSearchParams> {
  return readForm(request, PAGE);
}
