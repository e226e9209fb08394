import {
  hmacSha256Base64,
  matchesAnyHmacSha256Base64,
  type Verdict,
  type WebhookRequest,
  type WebhookVerifier,
} from 'waybill/adapter';

export const SIGNATURE_HEADER = 'x-pigeon-post-signature';
/** 32 bytes in canonical Base64: nothing else is a signature. */
const SIGNATURE = /^[A-Za-z0-9+/]{43}=$/;

/** Base64 of HMAC-SHA256 over the body as it came, under the secret typed into the portal. */
export const webhook: WebhookVerifier = { verify, sign };

function verify({ headers, rawBody }: WebhookRequest, secrets: readonly string[]): Verdict {
  if (!secrets.some((secret) => secret !== '')) return refused('no_secret_configured');
  const offered = headers[SIGNATURE_HEADER];
  if (offered === undefined || offered === '') return refused('signature_missing');
  if (!SIGNATURE.test(offered)) return refused('signature_malformed');
  return matchesAnyHmacSha256Base64(offered, rawBody, secrets)
    ? { ok: true, trust: 'signed' }
    : refused('signature_mismatch');
}

function sign(body: string, secret: string): ReturnType<WebhookVerifier['sign']> {
  const headers = {
    'content-type': 'application/json',
    [SIGNATURE_HEADER]: hmacSha256Base64(body, secret),
  };
  return { headers, body };
}

function refused(reason: Extract<Verdict, { ok: false }>['reason']): Verdict {
  return { ok: false, reason };
}
