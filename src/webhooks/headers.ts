import type { IncomingMessage } from 'node:http';

/**
 * The first value of each header, lower case. A header that authenticates and is sent twice is
 * ambiguous: node joins repeats with a comma, which no signature or secret survives.
 */
export function singleHeaders(request: IncomingMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** Never kept, whoever sends them. */
const ALWAYS_SECRET = ['authorization', 'proxy-authorization', 'cookie', 'x-api-key'];
/** Beyond this a header is noise. */
const VALUE_LENGTH_MAX = 1_024;
const HEADERS_MAX = 40;

/** What is stored beside the body: enough to understand a dead letter, nothing that opens a door. */
export function headersToKeep(
  headers: Readonly<Record<string, string | undefined>>,
  secretHeaders: readonly string[],
  renamedSecretHeader: string | undefined,
): Record<string, string> {
  const secret = new Set([...ALWAYS_SECRET, ...secretHeaders, renamedSecretHeader]);
  const kept: Record<string, string> = {};
  let count = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || secret.has(name) || value.length > VALUE_LENGTH_MAX) continue;
    kept[name] = value;
    count += 1;
    if (count === HEADERS_MAX) break;
  }
  return kept;
}
