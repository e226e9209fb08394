import { constantTimeEquals } from '../../kernel/wire/hmac.ts';
import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  type CarrierAnswer,
  type CarrierCall,
  type CarrierSession,
  failureOf,
  type HttpAnswer,
  type PushHook,
  type SubscribeOutcome,
} from '../contract/pull.ts';
import { failureOfAnswer, isAboutNumber } from './errors.ts';
import { normalize } from './numbers.ts';
import { schema } from './schema.ts';

const PATH = '/subscriptions-tracking/v3r2/subscriptions';
/**
 * The life of a subscription. A warning is mailed after 25 days without an event, and it ends after
 * 30.
 */
export const LIFE_S = 30 * 86_400;
/**
 * The assumed remaining life of an existing subscription, which may be near an end that we cannot
 * see.
 */
const LIFE_FOUND_S = 7 * 86_400;
const SECRET_CHARS_MIN = 32;
/**
 * Matches URLs of listeners. Loopback URLs are for sandboxes; the carrier itself would reject them.
 */
const ACCEPTED_URL = /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)[:/])/;

/**
 * Subscribes by Subscriptions – Tracking 3.2 (scope `subscriptions-tracking`): once for the whole
 * Mailer ID if the account names one, otherwise for each number. An account may have at most ten
 * listener URLs, so every subscription has the same. `acknowledge` answers the check that USPS then
 * posts.
 */
export async function subscribe(
  numbers: readonly string[],
  hook: PushHook,
  session: CarrierSession,
): Promise<readonly SubscribeOutcome[]> {
  const mid = session.credentials['mid']?.trim() || null;
  const targets = mid === null && numbers.length > 0 ? numbers : [null];
  const lack = lackOf(mid, numbers, hook, session);
  if (lack !== null) return targets.map((trackingNumber) => refused(trackingNumber, lack));
  const outcomes: SubscribeOutcome[] = [];
  for (const trackingNumber of targets) {
    // A fault of the account also affects its next call.
    const failed = outcomes.find(
      ({ outcome }) => outcome !== 'subscribed' && outcome !== 'refused',
    );
    outcomes.push(
      failed === undefined
        ? await create(trackingNumber, mid, hook, session)
        : { ...failed, trackingNumber },
    );
  }
  return outcomes;
}

/**
 * What is missing for a subscription; null: nothing. Checked before any call, because USPS refuses
 * a body without any of these.
 */
function lackOf(
  mid: string | null,
  numbers: readonly string[],
  hook: PushHook,
  { credentials }: CarrierSession,
): string | null {
  if (mid === null && numbers.length === 0) return 'the account has no Mailer ID (mid)';
  if (mid !== null && !/^\d{6}(\d{3})?$/.test(mid)) return 'a Mailer ID has six or nine digits';
  if (!/^[^@\s]+@[^@\s]+$/.test(credentials['admin_email'] ?? '')) {
    return 'USPS wants an email address for notices (admin_email)';
  }
  if (!ACCEPTED_URL.test(hook.url)) return 'USPS posts to https only';
  if (hook.secret.length < SECRET_CHARS_MIN) return 'USPS wants a secret of 32 characters';
  return null;
}

async function create(
  trackingNumber: string | null,
  mid: string | null,
  hook: PushHook,
  session: CarrierSession,
): Promise<SubscribeOutcome> {
  const filter = mid === null ? { trackingNumber: normalize(trackingNumber ?? '') } : { MID: mid };
  const call: CarrierCall = {
    method: 'POST',
    path: PATH,
    headers: { accept: 'application/json' },
    body: {
      json: {
        listenerURL: hook.url,
        secret: hook.secret,
        adminNotification: [{ email: session.credentials['admin_email'] }],
        filterProperties: { ...filter, trackingEventTypes: ['ALL_UPDATES'] },
      },
    },
  };
  const answer = await session.send(call);
  const duplicate = answer.kind === 'http' ? duplicateOf(answer, hook) : null;
  if (duplicate === null) return outcomeOf(answer, trackingNumber, session);
  if (duplicate.id === null || !(await clear(duplicate.id, hook, session))) {
    return subscribed(trackingNumber, duplicate.id, LIFE_FOUND_S, session);
  }
  return outcomeOf(await session.send(call), trackingNumber, session);
}

/** Deletes an existing subscription that no longer works for us. Returns false when it stays. */
async function clear(id: string, hook: PushHook, session: CarrierSession): Promise<boolean> {
  const path = `${PATH}/${id}`;
  const found = await session.send({ method: 'GET', path });
  if (found.kind !== 'http' || found.status !== 200 || !isStale(found, hook)) return false;
  const etag = found.headers['etag'];
  const gone = await session.send({
    method: 'DELETE',
    path,
    ...(etag === undefined ? {} : { headers: { 'if-match': etag } }),
  });
  return gone.kind === 'http' && (gone.status < 300 || gone.status === 404);
}

function outcomeOf(
  answer: CarrierAnswer,
  trackingNumber: string | null,
  session: CarrierSession,
): SubscribeOutcome {
  if (answer.kind !== 'http') {
    const failure = failureOf(answer) ?? { outcome: 'error', reason: 'no usable answer' };
    return { ...failure, trackingNumber };
  }
  const failure = failureOfAnswer(answer, parseJsonOrNull(answer.text)?.value, session.nowMs());
  if (failure === null) return subscribed(trackingNumber, createdId(answer), LIFE_S, session);
  if (isAboutNumber(failure)) return refused(trackingNumber, failure.reason);
  if (answer.status === 400) return refused(trackingNumber, 'the subscription was refused (400)');
  return { ...failure, trackingNumber };
}

function subscribed(
  trackingNumber: string | null,
  subscriptionId: string | null,
  lifetimeS: number,
  session: CarrierSession,
): SubscribeOutcome {
  const expiresAtMs = session.nowMs() + lifetimeS * 1_000;
  return { outcome: 'subscribed', trackingNumber, subscriptionId, expiresAtMs, pending: false };
}

function refused(trackingNumber: string | null, reason: string): SubscribeOutcome {
  return { outcome: 'refused', trackingNumber, reason };
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const NAMED_ID = new RegExp(`subscriptionId["'\\s]*:["'\\s]*(${UUID})`, 'i');

/** The id of a new subscription; null when the answer names none. */
function createdId(answer: HttpAnswer): string | null {
  const parsed = schema.subscription.safeParse(parseJsonOrNull(answer.text)?.value);
  if (parsed.success && parsed.data.subscriptionId !== null) return parsed.data.subscriptionId;
  return new RegExp(`/(${UUID})/?$`, 'i').exec(answer.headers['location'] ?? '')?.[1] ?? null;
}

interface Duplicate {
  /** The id of the existing subscription; null when the refusal does not name it. */
  readonly id: string | null;
}

/**
 * The existing subscription because of which a new one was refused as a duplicate: HTTP 400 whose
 * message names the existing id (a public client, "confirmed live" in June 2026). Null when it was
 * refused for another reason. The message may contain our own URL, and ids in it are not those of a
 * subscription.
 */
function duplicateOf(answer: HttpAnswer, hook: PushHook): Duplicate | null {
  if (answer.status !== 400 && answer.status !== 409) return null;
  const text = answer.text.replaceAll(hook.url, '');
  const id = NAMED_ID.exec(text)?.[1]?.toLowerCase() ?? null;
  if (id !== null) return { id };
  if (!/duplicate|already exist/i.test(text)) return null;
  return { id: new RegExp(UUID, 'i').exec(text)?.[0].toLowerCase() ?? null };
}

/**
 * Whether an existing subscription no longer works for us: suspended because our listener was down,
 * switched off, or signed with a secret that we have since replaced.
 */
function isStale(answer: HttpAnswer, hook: PushHook): boolean {
  const parsed = schema.subscription.safeParse(parseJsonOrNull(answer.text)?.value);
  if (!parsed.success) return false;
  const { status, subscriptionStatus, state, secret } = parsed.data;
  const isOff = [status, subscriptionStatus, state].some((word) =>
    /^(suspended|disabled)$/i.test(word ?? ''),
  );
  return isOff || (secret !== null && !constantTimeEquals(secret, hook.secret));
}
