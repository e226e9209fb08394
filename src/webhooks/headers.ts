import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/**
 * Returns each header's value as one string, by its lower-case name. If the authentication header
 * is sent twice, its values are joined with a comma, so that no signature or secret matches. Node
 * joins most repeated headers itself, but keeps only the first value of some, such as
 * `authorization`.
 *
 * @param authenticating the authentication header that an operator configured, of which Node might
 * keep only the first value.
 */
export function singleHeaders(
  request: IncomingMessage,
  authenticating?: string,
): Record<string, string | undefined> {
  const { headers } = request;
  const sent = authenticating === undefined ? undefined : request.headersDistinct[authenticating];
  const joined = areSingle(headers)
    ? headers
    : Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join(', ') : value,
        ]),
      );
  return authenticating === undefined || sent === undefined || sent.length < 2
    ? joined
    : { ...joined, [authenticating]: sent.join(', ') };
}

function areSingle(
  headers: IncomingHttpHeaders,
): headers is IncomingHttpHeaders & Record<string, string | undefined> {
  for (const name in headers) if (typeof headers[name] === 'object') return false;
  return true;
}

/** Headers that are never stored, whoever sent them. */
const ALWAYS_SECRET = ['authorization', 'proxy-authorization', 'cookie', 'x-api-key'];
/** Longest value that is stored; a longer header is of no use. */
const VALUE_LENGTH_MAX = 1_024;
const HEADERS_MAX = 40;

/**
 * Returns the headers to store with the body: enough to understand a dead letter, and no secret.
 */
export function headersToKeep(
  headers: Readonly<Record<string, string | undefined>>,
  secretHeaders: readonly string[],
  renamedSecretHeader: string | undefined,
): Record<string, string> {
  const storedHeaders: Record<string, string> = {};
  let count = 0;
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || value.length > VALUE_LENGTH_MAX) continue;
    if (ALWAYS_SECRET.includes(name) || secretHeaders.includes(name)) continue;
    if (name === renamedSecretHeader) continue;
    storedHeaders[name] = value;
    count += 1;
    if (count === HEADERS_MAX) break;
  }
  return storedHeaders;
}
