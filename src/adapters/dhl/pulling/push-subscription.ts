import { jsonOrNull } from '../../../kernel/wire/loose.ts';
import type { HttpAnswer } from '../../contract/pull.ts';
import { schema } from '../schema.ts';
import { subscriptionIdIn } from './handshake.ts';

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
