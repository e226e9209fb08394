import { hmacSha256Base64 } from '../../../kernel/wire/hmac.ts';

/** What a request over plain http is signed with. */
interface Signing {
  readonly key: string;
  readonly secret: string;
  readonly nonce: string;
  readonly nowMs: number;
}

/**
 * Returns the URL signed by OAuth 1.0a with one leg, for shops without TLS: the secret is not sent.
 * The parameters go into the query, because some servers remove the header (WooCommerce REST API
 * documentation, "Authentication over HTTP"). Pure.
 */
export function signedUrl(method: string, url: string, signing: Signing): string {
  const { origin, pathname, searchParams } = new URL(url);
  const parameters = [
    ...searchParams,
    ['oauth_consumer_key', signing.key],
    ['oauth_nonce', signing.nonce],
    ['oauth_signature_method', 'HMAC-SHA256'],
    ['oauth_timestamp', String(Math.floor(signing.nowMs / 1_000))],
  ] as const;
  const pairs = parameters
    .map(([name = '', value = '']) => `${encode(name)}=${encode(value)}`)
    .sort((one, other) => (one < other ? -1 : 1));
  const base = [method, encode(`${origin}${pathname}`), encode(pairs.join('&'))].join('&');
  const mac = hmacSha256Base64(base, `${encode(signing.secret)}&`);
  return `${origin}${pathname}?${pairs.join('&')}&oauth_signature=${encode(mac)}`;
}

/** Percent-encoding by RFC 3986, as OAuth requires. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
