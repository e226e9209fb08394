import type { WebhookVerifier } from '../../../adapters/contract/contract.ts';
import { matchesAnySecret } from '../../../kernel/wire/hmac.ts';

/** Sources contradict each other about signatures, so that a header of ours proves the sender. */
export const webhook: WebhookVerifier = {
  refusedByHeaders: ({ authorization }, secrets) =>
    !secrets.some((secret) => secret !== '')
      ? 'no_secret_configured'
      : authorization
        ? null
        : 'signature_missing',
  verify({ headers }, secrets) {
    const isOurs = matchesAnySecret(headers['authorization'] ?? '', secrets.map(bearer));
    return isOurs ? { ok: true, trust: 'secret' } : { ok: false, reason: 'signature_mismatch' };
  },
  sign: (body, secret) => ({
    headers: { 'content-type': 'application/json', authorization: bearer(secret) },
    body,
  }),
};

/** The header that is sent with each webhook; it is never stored. */
export function bearer(secret: string): string {
  return `Bearer ${secret}`;
}
