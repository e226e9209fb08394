import { matchesAnySecret } from '../../kernel/wire/hmac.ts';
import type {
  Verdict,
  WebhookOptions,
  WebhookRequest,
  WebhookVerifier,
} from '../contract/contract.ts';

export const CREDENTIAL_HEADER = 'credential';

/**
 * Verifies Track Alert pushes, which are not signed: a push returns the credential that was
 * registered for it, in `credential` (the name is from public receivers, unverified in UPS's
 * documents, so the operator can rename it). Anybody who learns it can forge pushes: trust is
 * `secret`, never `signed`.
 */
export const webhook: WebhookVerifier = { verify, sign };

function verify(
  request: WebhookRequest,
  secrets: readonly string[],
  _nowMs: number,
  options?: WebhookOptions,
): Verdict {
  if (!secrets.some((secret) => secret !== ''))
    return { ok: false, reason: 'no_secret_configured' };
  const offered = request.headers[options?.header ?? CREDENTIAL_HEADER];
  if (offered === undefined || offered === '') return { ok: false, reason: 'signature_missing' };
  return matchesAnySecret(offered, secrets)
    ? { ok: true, trust: 'secret' }
    : { ok: false, reason: 'signature_mismatch' };
}

function sign(
  body: string,
  secret: string,
  _nowMs: number,
  options?: WebhookOptions,
): ReturnType<WebhookVerifier['sign']> {
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'UPSPubSubTrackingService',
      [options?.header ?? CREDENTIAL_HEADER]: secret,
    },
    body,
  };
}
