import { createHmac } from 'node:crypto';
import { z } from 'zod';
import {
  type ComposedPush,
  DAY_MS,
  jsonAnswer,
  jsonOf,
  MINUTE_MS,
  type PushManners,
  type PushOccasion,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
  type Subscription,
} from '../../sandbox-kit/index.ts';
import { errorAnswer, errorOf } from './errors.ts';
import { detailOf } from './track.ts';

export const SUBSCRIPTIONS_PATH = '/subscriptions-tracking/v3r2/subscriptions';
/** The life of a subscription: it is deleted after thirty days without an event. */
const LIFE_MS = 30 * DAY_MS;
/** Listener URLs an account may have. */
const LISTENERS_MAX = 10;

const REQUEST = z.strictObject({
  // USPS requires https; a hub on this machine has none.
  listenerURL: z.string().regex(/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)[:/])/),
  secret: z.string().min(32),
  adminNotification: z.array(z.strictObject({ email: z.email() })).min(1),
  filterProperties: z
    .strictObject({
      MID: z
        .string()
        .regex(/^\d{6}(\d{3})?$/)
        .optional(),
      trackingNumber: z.string().optional(),
      trackingEventTypes: z.array(z.literal('ALL_UPDATES')).length(1),
    })
    .refine((filter) => (filter.MID === undefined) !== (filter.trackingNumber === undefined)),
});

/** Answers requests that create, list by Mailer ID, read and delete subscriptions. */
export function answerSubscriptions(
  request: SandboxRequest,
  world: SandboxWorld,
  account: string,
): SandboxAnswer {
  const id = request.path.slice(SUBSCRIPTIONS_PATH.length + 1);
  if (id === '') {
    if (request.method === 'POST') return create(request, world, account);
    if (request.method === 'GET') return list(request, world, account);
    return errorAnswer('notFound', request);
  }
  const found = world.subscriptions.get(id);
  if (found === null || found.account !== account || found.state === 'ended') {
    return errorAnswer('notFound', request);
  }
  if (request.method === 'GET') return shown(200, found);
  if (request.method !== 'DELETE') return errorAnswer('notFound', request);
  if (request.headers['if-match'] !== etagOf(found)) return errorAnswer('stale', request);
  world.subscriptions.update(id, { state: 'ended' });
  return { status: 204, headers: {}, body: '' };
}

function create(request: SandboxRequest, world: SandboxWorld, account: string): SandboxAnswer {
  const read = REQUEST.safeParse(jsonOf(request));
  if (!read.success) return errorAnswer('malformed', request);
  const { listenerURL: url, secret, adminNotification, filterProperties } = read.data;
  const filter = filterProperties.MID ?? filterProperties.trackingNumber ?? '';
  const live = world.subscriptions.list(account).filter(({ state }) => state !== 'ended');
  const duplicate = live.find((each) => each.url === url && each.details['filter'] === filter);
  if (duplicate !== undefined) {
    return refused(`Duplicate subscription; existing subscriptionId: ${duplicate.id}`, request);
  }
  if (new Set([...live.map((each) => each.url), url]).size > LISTENERS_MAX) {
    return refused(`At most ${LISTENERS_MAX} listener URLs are allowed.`, request);
  }
  const subscription = world.subscriptions.create({
    id: uuid(world.newId()),
    account,
    // A Mailer ID covers everything that the account ships.
    numbers: filterProperties.MID === undefined ? [filter] : null,
    url,
    secret,
    expiresAtMs: world.nowMs + LIFE_MS,
    details: {
      filter,
      kind: filterProperties.MID === undefined ? 'trackingNumber' : 'MID',
      email: adminNotification[0]?.email ?? '',
    },
  });
  // The challenge by which USPS checks a new listener.
  world.send(subscription, world.newId());
  return shown(201, subscription);
}

function list(request: SandboxRequest, world: SandboxWorld, account: string): SandboxAnswer {
  const mid = request.query.get('MID');
  if (mid === null) return errorAnswer('malformed', request);
  const found = world.subscriptions
    .list(account)
    .filter(({ state, details }) => state !== 'ended' && details['filter'] === mid);
  if (found.length === 0) return errorAnswer('noSubscriptions', request);
  return jsonAnswer(200, found.map(bodyOf));
}

function shown(status: number, subscription: Subscription): SandboxAnswer {
  return jsonAnswer(status, bodyOf(subscription), { etag: etagOf(subscription) });
}

function bodyOf({ id, url, state, details }: Subscription) {
  return {
    subscriptionId: id,
    subscriptionType: 'TRACKING',
    listenerURL: url,
    adminNotification: [{ email: details['email'] ?? '' }],
    filterProperties: {
      [details['kind'] ?? 'MID']: details['filter'] ?? '',
      trackingEventTypes: ['ALL_UPDATES'],
    },
    status: state === 'active' ? 'ENABLED' : state === 'suspended' ? 'SUSPENDED' : 'DISABLED',
  };
}

function etagOf({ id, state }: Subscription): string {
  return `"${id.slice(0, 8)}-${state}"`;
}

function refused(message: string, request: SandboxRequest): SandboxAnswer {
  return errorOf(400, { code: '400', message, errors: [{ title: 'Bad Request' }] }, request);
}

function uuid(hex: string): string {
  const part = (from: number, to: number) => hex.slice(from, to);
  return [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join('-');
}

/** How many events a push contains: only new ones, not the history. */
const EVENTS = 1;

/**
 * How Subscriptions – Tracking pushes: an envelope whose `payload` is JSON as text, signed by
 * `X-HMAC` = Base64 of HMAC-SHA256 over `timestamp` and `payload` without a separator. No schedule
 * of retries is published; a subscription whose listener does not answer for long is suspended.
 */
export const push: PushManners = {
  compose,
  retriesAfterMs: [5 * MINUTE_MS, 30 * MINUTE_MS],
  accepts: (status) => status >= 200 && status < 300,
  gaveUp: ({ id }, world) => void world.subscriptions.update(id, { state: 'suspended' }),
};

function compose(occasion: PushOccasion, world: SandboxWorld): ComposedPush {
  const { subscription, message } = occasion;
  const payload = payloadOf(occasion);
  const timestamp = new Date(world.nowMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
  const body = JSON.stringify({
    subscriptionId: subscription.id,
    subscriptionType: 'TRACKING',
    timestamp,
    payload,
    // The check on creation; one public client answers this member.
    ...(message === null ? {} : { challenge: message }),
    links: [
      {
        rel: 'self',
        href: `https://apis.usps.com/subscriptions-tracking/v3r2/subscriptions/${subscription.id}`,
      },
    ],
  });
  const signature = createHmac('sha256', subscription.secret)
    .update(timestamp + payload, 'utf8')
    .digest('base64');
  return { headers: { 'content-type': 'application/json', 'x-hmac': signature }, body };
}

function payloadOf({ parcel, event }: PushOccasion): string {
  const life = parcel?.lives.find(({ index }) => index === event?.life);
  if (parcel === null || life === undefined) return '{}';
  const upToNow = life.events.filter(({ atMs }) => atMs <= (event?.atMs ?? 0));
  return JSON.stringify(detailOf(parcel.number, { ...life, events: upToNow }, EVENTS));
}
