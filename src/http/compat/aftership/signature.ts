import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../../kernel/errors.ts';
import { matchesAnyHmacSha256Base64 } from '../../../kernel/wire/hmac.ts';

const HMAC_HEADER = 'as-signature-hmac-sha256';
const RSA_HEADER = 'as-signature-rsa-sha256';

/** How far the date of a signed request may be from the hub's clock; a replay is refused later. */
const DATE_OFF_MS_MAX = 15 * 60_000;

/** A request as it was signed. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query as the client signed them, without the prefix of the drop-in API. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/**
 * Checks the signature of a request if it has one. The secret is the API key itself: the hub stores
 * only its hash, and gets the key with each request. Throws `Problem` (401) for a signature that
 * does not fit, an old date, and RSA. Pure.
 */
export function assertSignature(request: SignedRequest, nowMs: number): void {
  const { headers } = request;
  if (headers[RSA_HEADER] !== undefined) throw unsigned('aftership.rsaNotSupported');
  const signature = headers[HMAC_HEADER];
  if (signature === undefined) return;
  const dateMs = Date.parse(headers.date ?? '');
  if (!(Math.abs(nowMs - dateMs) <= DATE_OFF_MS_MAX)) {
    throw unsigned({ 'aftership.dateTooFar': { minutes: DATE_OFF_MS_MAX / 60_000 } });
  }
  const key = headers['as-api-key'];
  const isGenuine =
    typeof key === 'string' &&
    typeof signature === 'string' &&
    matchesAnyHmacSha256Base64(signature, signedText(request), [key]);
  if (!isGenuine) throw unsigned('aftership.signatureWrong');
}

/**
 * The text that the SDK 17 signs (lib/authentication.ts, read 2026-11-24): method, MD5 of the body,
 * content type, date, the headers that begin with `as`, and the path with its sorted query.
 */
export function signedText({ method, target, headers, body }: SignedRequest): string {
  const isEmpty = body.length === 0;
  const lines = [
    method,
    isEmpty ? '' : createHash('md5').update(body).digest('hex').toUpperCase(),
    isEmpty ? '' : (headers['content-type'] ?? ''),
    headers.date ?? '',
    ...signedHeaders(headers),
    sortedTarget(target),
  ];
  return lines.join('\n');
}

function signedHeaders(headers: IncomingHttpHeaders): string[] {
  return Object.keys(headers)
    .filter((name) => name.startsWith('as') && !name.startsWith('as-signature-'))
    .sort()
    .map((name) => `${name}:${String(headers[name]).trim()}`);
}

function sortedTarget(target: string): string {
  const [path = '', query = ''] = target.split('?');
  return query === '' ? path : `${path}?${query.split('&').sort().join('&')}`;
}

function unsigned(detail: ConstructorParameters<typeof Problem>[1]): Problem {
  return new Problem('unauthenticated', detail);
}
