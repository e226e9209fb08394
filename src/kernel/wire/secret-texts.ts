const REDACTED = '[redacted]';

/**
 * Patterns of secrets within any text, and their replacement: our own keys and secrets, the tokens
 * of signed links (`signed-links.ts` makes them), cookies as headers and as pairs, credentials of
 * HTTP, and passwords in URLs. Redaction by member names does not cover error texts, texts of
 * foreign libraries and URLs with a query.
 */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/\b(wb_(?:live|test|ops)_)[A-Za-z0-9_-]+/g, `$1${REDACTED}`],
  [/\b(whsec_)[A-Za-z0-9+/=_-]+/g, `$1${REDACTED}`],
  // purpose · subject · expiry · key id · mac: the mac is what makes it a key. In an encoded query,
  // `%3D` comes right before it.
  [/([a-z]{2}\.[\w-]{1,64}\.[0-9a-z]{1,9}\.[0-9a-f]{8})\.[\w-]{22}(?![\w-])/g, `$1.${REDACTED}`],
  // Cookies under any spelling of the header, to the end of the line or of the quotes; then the
  // console's own by name, where somebody wrote the pair alone.
  [
    /\b((?:set-)?cookie["'\\]{0,4}\s{0,3}[:=]\s{0,3}["'\\[]{0,4})[^\s"'\\=;,]{1,64}=[^"'\\\n\]]*/gi,
    `$1${REDACTED}`,
  ],
  [/\b(waybill_ops(?:_visit)?=)[A-Za-z0-9_-]+/g, `$1${REDACTED}`],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{6,}/gi, `$1 ${REDACTED}`],
  [/(:\/\/[^\s:/@"]*:)[^\s@/"]+@/g, `$1${REDACTED}@`],
];

/** `text` with every key, token, cookie, credential and URL password replaced. Pure. */
export function withoutSecrets(text: string): string {
  return SECRET_TEXTS.reduce((clean, [pattern, by]) => clean.replace(pattern, by), text);
}
