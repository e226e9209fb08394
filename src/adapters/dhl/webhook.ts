import { matchesAnySecret } from '../../kernel/wire/hmac.ts';
import type {
  Verdict,
  WebhookOptions,
  WebhookRequest,
  WebhookVerifier,
} from '../contract/contract.ts';
import { handshake } from './pulling/subscriptions.ts';

/**
 * DHL signs nothing. A push has the static header that the subscriber chose in
 * `hook.authentication` (Unified Push 1.2.5; eCommerce Americas likewise), compared whole and in
 * constant time. A match is worth trust `secret`, no more.
 */
export const webhook: WebhookVerifier = { verify, handshake, sign };

/** The name is the operator's choice when subscribing; this one is ours by default. */
export const DEFAULT_HEADER = 'x-api-key';

/** A repeated header reaches us joined by a comma, and equals no secret. */
function verify(
  request: WebhookRequest,
  secrets: readonly string[],
  _nowMs: number,
  options?: WebhookOptions,
): Verdict {
  if (!secrets.some((secret) => secret !== ''))
    return { ok: false, reason: 'no_secret_configured' };
  const offered = request.headers[headerOf(options)];
  if (offered === undefined || offered === '') return { ok: false, reason: 'signature_missing' };
  return matchesAnySecret(offered, secrets)
    ? { ok: true, trust: 'secret' }
    : { ok: false, reason: 'signature_mismatch' };
}

function sign(body: string, secret: string, _nowMs: number, options?: WebhookOptions) {
  return { headers: { [headerOf(options)]: secret }, body };
}

function headerOf(options: WebhookOptions | undefined): string {
  return options?.header?.toLowerCase() ?? DEFAULT_HEADER;
}
