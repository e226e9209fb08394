import { createHash } from 'node:crypto';
import {
  constantTimeEquals,
  type HeaderRefusal,
  type Verdict,
  type WebhookRequest,
  type WebhookVerifier,
} from '../../sdk.ts';

export const HEADER = 'sign';
const SIGNATURE = /^[0-9a-f]{64}$/;

/**
 * Verifies `sign` = hex SHA-256 of body, "/" and access key: a plain hash, not an HMAC. It covers
 * no time, so a push can be repeated, which adds no fact. (API document v2.4, "Webhook".)
 */
export const webhook: WebhookVerifier = {
  verify({ headers, rawBody }, secrets): Verdict {
    const reason = refusedByHeaders(headers, secrets);
    if (reason !== null) return { ok: false, reason };
    const offered = headers[HEADER] ?? '';
    const matching = secrets.filter(
      (secret) => secret !== '' && constantTimeEquals(offered, signatureOf(rawBody, secret)),
    );
    return matching.length > 0
      ? { ok: true, trust: 'signed' }
      : { ok: false, reason: 'signature_mismatch' };
  },
  refusedByHeaders,
  sign: (body, secret) => ({
    headers: { 'content-type': 'application/json', [HEADER]: signatureOf(body, secret) },
    body,
  }),
};

function refusedByHeaders(
  headers: WebhookRequest['headers'],
  secrets: readonly string[],
): HeaderRefusal | null {
  if (!secrets.some((secret) => secret !== '')) return 'no_secret_configured';
  const offered = headers[HEADER] ?? '';
  if (offered === '') return 'signature_missing';
  return SIGNATURE.test(offered) ? null : 'signature_malformed';
}

function signatureOf(body: Uint8Array | string, key: string): string {
  return createHash('sha256').update(body).update(`/${key}`).digest('hex');
}
