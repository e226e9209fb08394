import { constantTimeEquals } from '../../../kernel/wire/hmac.ts';
import { jsonOrNull } from '../../../kernel/wire/loose.ts';
import type { HttpAnswer, PushHook } from '../../contract/pull.ts';
import { schema } from '../schema.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const NAMED_ID = new RegExp(`subscriptionId["'\\s]*:["'\\s]*(${UUID})`, 'i');

/** The id of a subscription just made; null when the answer names none. */
export function createdId(answer: HttpAnswer): string | null {
  const parsed = schema.subscription.safeParse(jsonOrNull(answer.text)?.value);
  if (parsed.success && parsed.data.subscriptionId !== null) return parsed.data.subscriptionId;
  return new RegExp(`/(${UUID})/?$`, 'i').exec(answer.headers['location'] ?? '')?.[1] ?? null;
}

export interface Duplicate {
  /** Null when the refusal does not name it. */
  readonly id: string | null;
}

/**
 * The subscription for which a new one was refused as its double: HTTP 400 whose message names
 * the existing id (a public client, "confirmed live" in June 2026). Null when it was refused for
 * another reason. Our own address may stand in the message, and ids in it are no subscription's.
 */
export function duplicateOf(answer: HttpAnswer, hook: PushHook): Duplicate | null {
  if (answer.status !== 400 && answer.status !== 409) return null;
  const text = answer.text.replaceAll(hook.url, '');
  const id = NAMED_ID.exec(text)?.[1]?.toLowerCase() ?? null;
  if (id !== null) return { id };
  if (!/duplicate|already exist/i.test(text)) return null;
  return { id: new RegExp(UUID, 'i').exec(text)?.[0].toLowerCase() ?? null };
}

/**
 * Whether an existing subscription brings us nothing any more: suspended because our listener was
 * away, switched off, or signed with a secret that we have since replaced.
 */
export function isStale(answer: HttpAnswer, hook: PushHook): boolean {
  const parsed = schema.subscription.safeParse(jsonOrNull(answer.text)?.value);
  if (!parsed.success) return false;
  const { status, subscriptionStatus, state, secret } = parsed.data;
  const isOff = [status, subscriptionStatus, state].some((word) =>
    /^(suspended|disabled)$/i.test(word ?? ''),
  );
  return isOff || (secret !== null && !constantTimeEquals(secret, hook.secret));
}
