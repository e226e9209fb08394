/** Programs register one, or one for each port that they may listen on. */
export const REDIRECT_URIS_MAX = 10;
const URI_CHARS_MAX = 400;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether codes may be sent to an address: with TLS, or on the user's own machine. A fragment or
 * credentials in it would only hide where it leads. Pure.
 */
export function isRedirectUri(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > URI_CHARS_MAX || !URL.canParse(text)) return false;
  const { protocol, hostname, hash, username, password } = new URL(text);
  if (hash !== '' || text.includes('#') || username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}

/** Whether a redirect address is on the user's own machine. Pure. */
export function isOnOwnMachine(uri: string): boolean {
  return LOOPBACK.has(new URL(uri).hostname);
}
