import { jsonOrNull } from '../../../kernel/wire/loose.ts';
import type { WebhookRequest } from '../../contract/contract.ts';
import type { Handshake } from '../../contract/pull.ts';
import { schema } from '../schema.ts';

/** What can stand in a header; DHL's own is a short word. */
const SECRET = /^[\x21-\x7e]{1,512}$/;
const ID = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * `subscription.validate` brings a one-time secret, and the subscription lives once it is sent
 * back by `POST /tracking/push/v1/subscription/{id}` (two public clients agree on the call). Of
 * `self` only the id is taken: where to call is ours to know. Null for any other push.
 */
export function handshake(request: WebhookRequest): Handshake | null {
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

/** The id in a subscription's address, or the text itself when it is one; null for other texts. */
export function subscriptionIdIn(self: string | null): string | null {
  const parts = (self ?? '').split(/[?#]/, 1)[0]?.split('/') ?? [];
  if (parts.at(-1) === '') parts.pop();
  const last = parts.at(-1) ?? '';
  return ID.test(last) ? last : null;
}

function decode(rawBody: Uint8Array): unknown {
  return jsonOrNull(new TextDecoder().decode(rawBody))?.value;
}
