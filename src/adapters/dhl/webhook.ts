import { matchesAnySecret } from '../../kernel/wire/hmac.ts';
import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import type {
  Verdict,
  WebhookOptions,
  WebhookRequest,
  WebhookVerifier,
} from '../contract/contract.ts';
import type { Handshake } from '../contract/pull.ts';
import { schema } from './schema.ts';

/**
 * Verifies DHL's pushes, which are not signed. A push has the static header that the subscriber
 * chose in `hook.authentication` (Unified Push 1.2.5; eCommerce Americas likewise), which is
 * compared as a whole and in constant time. A match is worth trust `secret`, no more.
 */
export const webhook: WebhookVerifier = { verify, handshake, sign };

/** The default name of the header. The operator chooses it when subscribing. */
export const DEFAULT_HEADER = 'x-api-key';

/** Verifies the header. A repeated header arrives joined by a comma, and equals no secret. */
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

/** Characters allowed in a header; DHL's own secret is a short word. */
const SECRET = /^[\x21-\x7e]{1,512}$/;

const ID = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * The call that activates a subscription. `subscription.validate` contains a one-time secret, and
 * the subscription becomes active once it is sent back by `POST
 * /tracking/push/v1/subscription/{id}` (two public clients agree on the call). Only the id of
 * `self` is used: we decide where to call. Null for any other push.
 */
function handshake(request: WebhookRequest): Handshake | null {
  const push = schema.push.safeParse(decode(request.rawBody));
  if (!push.success || push.data.scope !== 'subscription.validate') return null;
  const subscriptionId = subscriptionIdIn(push.data.self);
  const { secret } = push.data;
  if (subscriptionId === null || secret === null || !SECRET.test(secret)) return null;
  return {
    subscriptionId,
    call: {
      method: 'POST',
      path: `/tracking/push/v1/subscription/${subscriptionId}`,
      headers: { 'dhl-api-hook-secret': secret },
    },
  };
}

/** The id in a subscription's URL, or the text itself when it is one; null for other texts. */
export function subscriptionIdIn(self: string | null): string | null {
  const parts = (self ?? '').split(/[?#]/, 1)[0]?.split('/') ?? [];
  if (parts.at(-1) === '') parts.pop();
  const last = parts.at(-1) ?? '';
  return ID.test(last) ? last : null;
}

function decode(rawBody: Uint8Array): unknown {
  return parseJsonOrNull(new TextDecoder().decode(rawBody))?.value;
}
