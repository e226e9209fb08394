import {
  type HeaderRefusal,
  hmacSha256Hex,
  matchesAnyHmacSha256Hex,
  type WebhookRequest,
  type WebhookVerifier,
} from '../../sdk.ts';

export const HEADER = 'shippo-auth-signature';
export const REPLAY_WINDOW_S = 300;
const FORM = /^t=(\d{9,11}),v1=([0-9a-f]{64})$/;

/**
 * Verifies `Shippo-Auth-Signature: t=<unix time>,v1=<hex>`: HMAC-SHA256 over the time, a full stop
 * and the raw body (docs.goshippo.com/tracking/webhook-security). The window is our own.
 */
export const webhook: WebhookVerifier = {
  refusedByHeaders,
  verify({ headers, rawBody }, secrets, nowMs) {
    const reason = refusedByHeaders(headers, secrets);
    if (reason !== null) return { ok: false, reason };
    const [, seconds = '', signature = ''] = FORM.exec(headers[HEADER] ?? '') ?? [];
    if (!matchesAnyHmacSha256Hex(signature, signed(seconds, rawBody), secrets)) {
      return { ok: false, reason: 'signature_mismatch' };
    }
    return Math.abs(nowMs - Number(seconds) * 1_000) > REPLAY_WINDOW_S * 1_000
      ? { ok: false, reason: 'timestamp_stale' }
      : { ok: true, trust: 'signed' };
  },
  sign(body, secret, nowMs) {
    const seconds = String(Math.floor(nowMs / 1_000));
    const signature = hmacSha256Hex(signed(seconds, Buffer.from(body)), secret);
    return {
      headers: {
        'content-type': 'application/json',
        [HEADER]: `t=${seconds},v1=${signature}`,
      },
      body,
    };
  },
};

function refusedByHeaders(
  headers: WebhookRequest['headers'],
  secrets: readonly string[],
): HeaderRefusal | null {
  if (!secrets.some((secret) => secret !== '')) return 'no_secret_configured';
  const offered = headers[HEADER];
  if (offered === undefined || offered === '') return 'signature_missing';
  return FORM.test(offered) ? null : 'signature_malformed';
}

function signed(seconds: string, body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${seconds}.`), body]);
}
