import { hmacSha256Base64, matchesAnyHmacSha256Base64 } from '../../kernel/wire/hmac.ts';
import type {
  HeaderRefusal,
  Verdict,
  WebhookRequest,
  WebhookVerifier,
} from '../contract/contract.ts';

export const SIGNATURE_HEADER = 'fdx-signature';

/**
 * The form of a signature: 32 bytes are 43 Base64 characters and one of padding, never anything
 * else.
 */
const CANONICAL_SHAPE = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Verifies the header `fdx-signature`, the Base64 text of HMAC-SHA256 over the body, keyed with the
 * security token entered when the webhook was created (developer.fedex.com, validation of Advanced
 * Integrated Visibility pushes). One sentence there says hex, but its code uses Base64, and so do
 * we. The signature covers no time, so replays cannot be detected. They are harmless: a fact
 * received twice is one fact.
 */
export const webhook: WebhookVerifier = { verify, refusedByHeaders, sign };

function verify(request: WebhookRequest, secrets: readonly string[]): Verdict {
  const reason = refusedByHeaders(request.headers, secrets);
  if (reason !== null) return { ok: false, reason };
  const offered = request.headers[SIGNATURE_HEADER] ?? '';
  return matchesAnyHmacSha256Base64(offered, request.rawBody, secrets)
    ? { ok: true, trust: 'signed' }
    : { ok: false, reason: 'signature_mismatch' };
}

function refusedByHeaders(
  headers: WebhookRequest['headers'],
  secrets: readonly string[],
): HeaderRefusal | null {
  if (!secrets.some((secret) => secret !== '')) return 'no_secret_configured';
  const offered = headers[SIGNATURE_HEADER];
  if (offered === undefined || offered === '') return 'signature_missing';
  return CANONICAL_SHAPE.test(offered) ? null : 'signature_malformed';
}

function sign(body: string, secret: string): ReturnType<WebhookVerifier['sign']> {
  return {
    headers: {
      'content-type': 'application/json',
      [SIGNATURE_HEADER]: hmacSha256Base64(body, secret),
    },
    body,
  };
}
