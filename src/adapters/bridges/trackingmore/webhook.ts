import {
  hmacSha256Hex,
  matchesAnyHmacSha256Hex,
  type Verdict,
  type WebhookVerifier,
} from '../../sdk.ts';

export const SIGNATURE_HEADER = 'signature';
const TIMESTAMP_HEADER = 'timestamp';
/** No window is documented; others use five minutes. */
export const REPLAY_WINDOW_S = 300;
const SIGNATURE = /^[0-9a-f]{64}$/;
const TIMESTAMP = /^\d{10}$/;

/**
 * Verifies `signature` = hex HMAC-SHA256(webhook secret, timestamp). It does not cover the body:
 * whoever sees a push can send another body with it, so that trust is `secret`. The document
 * ("Tracking Webhook") gives the computation and an example, and no names of the headers; an
 * operator can rename the signature's.
 */
export const webhook: WebhookVerifier = {
  verify({ headers }, secrets, nowMs, options): Verdict {
    if (!secrets.some((secret) => secret !== '')) return refused('no_secret_configured');
    const offered = headers[options?.header ?? SIGNATURE_HEADER] ?? '';
    if (offered === '') return refused('signature_missing');
    if (!SIGNATURE.test(offered)) return refused('signature_malformed');
    const timestamp = headers[TIMESTAMP_HEADER] ?? '';
    if (!TIMESTAMP.test(timestamp)) return refused('timestamp_missing');
    if (!matchesAnyHmacSha256Hex(offered, timestamp, secrets)) return refused('signature_mismatch');
    return Math.abs(nowMs / 1_000 - Number(timestamp)) > REPLAY_WINDOW_S
      ? refused('timestamp_stale')
      : { ok: true, trust: 'secret' };
  },
  sign(body, secret, nowMs, options) {
    const timestamp = String(Math.floor(nowMs / 1_000));
    const signature = hmacSha256Hex(timestamp, secret);
    const name = options?.header ?? SIGNATURE_HEADER;
    return {
      headers: {
        'content-type': 'application/json',
        [TIMESTAMP_HEADER]: timestamp,
        [name]: signature,
      },
      body,
    };
  },
};

function refused(reason: Extract<Verdict, { ok: false }>['reason']): Verdict {
  return { ok: false, reason };
}
