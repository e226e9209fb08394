import { jsonOrNull } from '../../../kernel/wire/loose.ts';
import type { WebhookRequest } from '../../contract/contract.ts';
import type { Handshake, HttpAnswer } from '../../contract/pull.ts';
import { numbers } from '../numbers.ts';
import { schema } from '../schema.ts';

/**
 * Unified Push wants the network named (a required member in public clients of 1.2.5), and a
 * number is all we have. Shapes that are several networks' have none here.
 */
const SERVICES: Readonly<Record<string, string>> = {
  express_10: 'express',
  express_piece: 'express',
  parcel_de_licence_plate: 'parcel-de',
  parcel_de_sscc: 'parcel-de',
  parcel_de_identcode: 'parcel-de',
  parcel_nl: 'parcel-nl',
  post_de_s10: 'post-de',
  ecommerce_gm: 'ecommerce',
  ecommerce_impb: 'ecommerce',
  ecommerce: 'ecommerce',
  dgf_housebill: 'dgf',
};

/** Below it a shape says too little: most such numbers are other carriers'. */
const CERTAINTY_MIN = 0.3;

/** The network (as in `service`) of this number by its shape; null when none is likely. */
export function networkOf(number: string): string | null {
  const [likely] = numbers.recognise(number);
  if (likely === undefined || likely.certainty < CERTAINTY_MIN) return null;
  return SERVICES[likely.format] ?? null;
}

export interface PushSubscription {
  /** Null when the answer names none; the handshake will. */
  readonly subscriptionId: string | null;
  readonly expiresAtMs: number | null;
}

/** An accepted subscription: public clients were answered an id under either of three names. */
export function readSubscription(answer: HttpAnswer): PushSubscription {
  const parsed = schema.subscription.safeParse(jsonOrNull(answer.text)?.value);
  const body = parsed.success ? parsed.data : null;
  const names = [
    body?.subscriptionId,
    body?.id,
    body?.self,
    answer.headers['location']?.slice(0, 500),
  ];
  const ids = names.map((name) => subscriptionIdIn(name ?? null));
  return {
    subscriptionId: ids.find((id) => id !== null) ?? null,
    expiresAtMs: instantOf(body?.expires ?? null),
  };
}

/** Without an offset it would be a guess. */
function instantOf(text: string | null): number | null {
  if (text === null || !/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(text)) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : atMs;
}

/** Characters allowed in a header; DHL's own secret is a short word. */
const SECRET = /^[\x21-\x7e]{1,512}$/;
const ID = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * `subscription.validate` brings a one-time secret, and the subscription becomes active once it is
 * sent back by `POST /tracking/push/v1/subscription/{id}` (two public clients agree on the call).
 * Only the id of `self` is used: we decide where to call. Null for any other push.
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
function subscriptionIdIn(self: string | null): string | null {
  const parts = (self ?? '').split(/[?#]/, 1)[0]?.split('/') ?? [];
  if (parts.at(-1) === '') parts.pop();
  const last = parts.at(-1) ?? '';
  return ID.test(last) ? last : null;
}

function decode(rawBody: Uint8Array): unknown {
  return jsonOrNull(new TextDecoder().decode(rawBody))?.value;
}
