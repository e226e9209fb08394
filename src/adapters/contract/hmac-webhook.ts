import {
  hmacSha256Base64,
  hmacSha256Hex,
  matchesAnyHmacSha256Base64,
  matchesAnyHmacSha256Hex,
} from '../../kernel/wire/hmac.ts';
import type { HeaderRefusal, WebhookRequest, WebhookVerifier } from './contract.ts';

/** How a sender signs the bodies of its pushes with HMAC-SHA256. */
export interface HmacScheme {
  /** The header with the signature, in lower case. */
  readonly header: string;
  readonly encoding: 'hex' | 'base64';
  /** The text before the signature in the header; absent: none. */
  readonly prefix?: string;
  /** Converts a secret to the key; absent: the secret is the key. */
  readonly keyOf?: (secret: string) => string;
}

/** The forms of 32 bytes: in Base64, 43 characters and one of padding. */
const FORMS = { hex: /^[0-9a-f]{64}$/, base64: /^[A-Za-z0-9+/]{43}=$/ };

/**
 * Creates the verifier of a scheme that signs the raw body and no time. Replays cannot be detected;
 * they are harmless, because a fact received twice is one fact.
 * @example export const webhook = hmacVerifier({ header: 'fdx-signature', encoding: 'base64' });
 */
export function hmacVerifier({
  header,
  encoding,
  prefix = '',
  keyOf = (secret) => secret,
}: HmacScheme): WebhookVerifier {
  const isHex = encoding === 'hex';
  const matchesAny = isHex ? matchesAnyHmacSha256Hex : matchesAnyHmacSha256Base64;
  const signatureOf = isHex ? hmacSha256Hex : hmacSha256Base64;

  function refusedByHeaders(
    headers: WebhookRequest['headers'],
    secrets: readonly string[],
  ): HeaderRefusal | null {
    if (!secrets.some((secret) => secret !== '')) return 'no_secret_configured';
    const offered = headers[header];
    if (offered === undefined || offered === '') return 'signature_missing';
    const isFormed =
      offered.startsWith(prefix) && FORMS[encoding].test(offered.slice(prefix.length));
    return isFormed ? null : 'signature_malformed';
  }

  return {
    refusedByHeaders,
    verify({ headers, rawBody }, secrets) {
      const reason = refusedByHeaders(headers, secrets);
      if (reason !== null) return { ok: false, reason };
      const offered = (headers[header] ?? '').slice(prefix.length);
      return matchesAny(offered, rawBody, secrets.map(keyOf))
        ? { ok: true, trust: 'signed' }
        : { ok: false, reason: 'signature_mismatch' };
    },
    sign: (body, secret) => ({
      headers: {
        'content-type': 'application/json',
        [header]: `${prefix}${signatureOf(body, keyOf(secret))}`,
      },
      body,
    }),
  };
}
