import {
  type HeaderRefusal,
  hmacSha256Base64,
  matchesAnyHmacSha256Base64,
  type Verdict,
  type WebhookRequest,
  type WebhookVerifier,
} from 'waybill/adapter';

export const SIGNATURE_HEADER = 'x-template-signature';
/** The form of a signature: 32 bytes in canonical Base64. */
const SIGNATURE = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Verifies pushes: Base64 of HMAC-SHA256 over the raw body, with the secret entered in the portal
 * as the key.
 */
export const webhook: WebhookVerifier = { verify, refusedByHeaders, sign };

function verify({ headers, rawBody }: WebhookRequest, secrets: readonly string[]): Verdict {
  const reason = refusedByHeaders(headers, secrets);
  if (reason !== null) return { ok: false, reason };
  return matchesAnyHmacSha256Base64(headers[SIGNATURE_HEADER] ?? '', rawBody, secrets)
    ? { ok: true, trust: 'signed' }
    : { ok: false, reason: 'signature_mismatch' };
}

/** Judges the headers before the body is read: the body of a push refused here is never read. */
function refusedByHeaders(
  headers: WebhookRequest['headers'],
  secrets: readonly string[],
): HeaderRefusal | null {
  if (!secrets.some((secret) => secret !== '')) return 'no_secret_configured';
  const offered = headers[SIGNATURE_HEADER];
  if (offered === undefined || offered === '') return 'signature_missing';
  return SIGNATURE.test(offered) ? null : 'signature_malformed';
}

function sign(body: string, secret: string): ReturnType<WebhookVerifier['sign']> {
  const headers = {
    'content-type': 'application/json',
    [SIGNATURE_HEADER]: hmacSha256Base64(body, secret),
  };
  return { headers, body };
}
