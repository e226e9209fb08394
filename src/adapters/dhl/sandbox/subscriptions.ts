import { z } from 'zod';
import {
  type ComposedPush,
  DAY_MS,
  HOUR_MS,
  jsonAnswer,
  jsonOf,
  type PushManners,
  type PushOccasion,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
  type Subscription,
} from '../../sandbox-kit/index.ts';
import { problem } from './problems.ts';
import { shipmentOf } from './track.ts';

export const PUSH_PATH = '/tracking/push/v1';
/**
 * The life of a subscription. Messages contain its end, but its length is not published; a quarter
 * is our assumption.
 */
const LIFE_MS = 90 * DAY_MS;
/** How many `shipmentIDs` a subscription may have (ecommerce-utilities/php-dhl-api). */
const NUMBERS_MAX = 10;

const REQUEST = z.object({
  hook: z.object({
    // DHL requires TLS; a hub on this machine has none.
    uri: z.string().regex(/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)[:/])/),
    authentication: z
      .object({
        type: z.literal('ApiKeyAuthentication'),
        header: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
        token: z.string().min(1),
      })
      .optional(),
  }),
  format: z.literal('Default'),
  type: z.enum(['Shipment', 'Account']),
  service: z.string().min(1),
  events: z.array(z.string().refine((word) => Object.hasOwn(EVENT_CODES, word))).min(1),
  shipmentIDs: z.array(z.string().min(1)).min(1).max(NUMBERS_MAX).optional(),
  accountID: z.string().optional(),
});

/** Answers requests that create, activate, read, list and end subscriptions. */
export function answerSubscriptions(
  request: SandboxRequest,
  world: SandboxWorld,
  account: string,
): SandboxAnswer {
  const [, what, id = ''] =
    /^\/(subscriptions?)(?:\/([\w-]+))?$/.exec(request.path.slice(PUSH_PATH.length)) ?? [];
  const live = world.subscriptions.list(account).filter(({ state }) => state !== 'ended');
  if (what === 'subscriptions' && request.method === 'GET') {
    return jsonAnswer(200, { subscriptions: live.map(bodyOf) });
  }
  if (what !== 'subscription') return problem('noRoute', request);
  if (id === '') {
    return request.method === 'POST'
      ? create(request, world, account)
      : problem('noRoute', request);
  }
  const found = live.find((each) => each.id === id);
  if (found === undefined) return problem('noSubscription', request);
  switch (request.method) {
    case 'GET':
      return jsonAnswer(200, bodyOf(found));
    case 'POST':
      return activate(found, request, world);
    case 'DELETE':
      world.subscriptions.update(id, { state: 'ended' });
      return { status: 204, headers: {}, body: '' };
    default:
      return problem('noRoute', request);
  }
}

/** Creates a subscription: it is accepted with 202, and active only after its hook has answered. */
function create(request: SandboxRequest, world: SandboxWorld, account: string): SandboxAnswer {
  const read = REQUEST.safeParse(jsonOf(request));
  if (!read.success) return problem('malformed', request);
  const { hook, type, service, events, shipmentIDs, accountID } = read.data;
  if (type === 'Account' && service === 'parcel-de') return problem('accountRefused', request);
  if ((type === 'Account' ? accountID : shipmentIDs) === undefined) {
    return problem('malformed', request);
  }
  const subscription = world.subscriptions.create({
    id: `sub-${world.newId().slice(0, 16)}`,
    account,
    numbers: type === 'Account' ? null : (shipmentIDs ?? []),
    url: hook.uri,
    secret: hook.authentication?.token ?? '',
    header: hook.authentication?.header ?? null,
    state: 'pending',
    expiresAtMs: world.nowMs + LIFE_MS,
    details: { service, events: events.join(' '), hookSecret: world.newId() },
  });
  world.send(subscription, 'subscription.validate');
  return jsonAnswer(202, { id: subscription.id, status: 'pending' });
}

/**
 * Activates a subscription by the one-time secret of `subscription.validate`, which a header
 * returns.
 */
function activate(
  subscription: Subscription,
  request: SandboxRequest,
  world: SandboxWorld,
): SandboxAnswer {
  if (request.headers['dhl-api-hook-secret'] !== subscription.details['hookSecret']) {
    return problem('wrongSecret', request);
  }
  const active = world.subscriptions.update(subscription.id, { state: 'active' });
  if (active !== null && subscription.state === 'pending') {
    world.send(active, 'subscription.ready');
  }
  return jsonAnswer(200, bodyOf(active ?? subscription));
}

function bodyOf(subscription: Subscription) {
  const { id, url, state, expiresAtMs, numbers, details } = subscription;
  return {
    id,
    self: selfOf(subscription),
    status: state,
    hook: { uri: url },
    service: details['service'] ?? '',
    events: details['events']?.split(' ') ?? [],
    ...(numbers === null ? {} : { shipmentIDs: numbers }),
    ...(expiresAtMs === null ? {} : { expires: new Date(expiresAtMs).toISOString() }),
  };
}

/** The header for a hook that was entered by hand and names none. */
const HEADER = 'x-api-key';
/** The events one may subscribe to, by the coarse code that they stand for. */
const EVENT_CODES: Readonly<Record<string, string>> = {
  'Pre-Transit': 'pre-transit',
  Transit: 'transit',
  Delivered: 'delivered',
  Failure: 'failure',
  Unknown: 'unknown',
};

/**
 * How Unified Push sends. It signs nothing: there is only the static header that the subscriber
 * chose. Retries are not documented; after an hour and then six are those of eCommerce Americas.
 */
export const push: PushManners = {
  compose,
  retriesAfterMs: [HOUR_MS, 6 * HOUR_MS],
  accepts: (status) => status === 200,
  wants({ subscription, event }) {
    const wanted = subscription.details['events']?.split(' ') ?? Object.keys(EVENT_CODES);
    return wanted.some((word) => EVENT_CODES[word] === event?.codes['statusCode']);
  },
};

function compose({ subscription, parcel, event, message }: PushOccasion): ComposedPush {
  const { header, secret, details } = subscription;
  const life = parcel?.lives.find(({ index }) => index === event?.life);
  const upToNow = life?.events.filter(({ atMs }) => atMs <= (event?.atMs ?? 0)) ?? [];
  const body = {
    scope: message ?? 'subscription.push',
    self: selfOf(subscription),
    ...(subscription.expiresAtMs === null
      ? {}
      : { expires: new Date(subscription.expiresAtMs).toISOString() }),
    ...(message === 'subscription.validate' ? { secret: details['hookSecret'] ?? '' } : {}),
    ...(parcel === null || life === undefined
      ? {}
      : { shipments: [shipmentOf(parcel.number, { ...life, events: upToNow }, null)] }),
  };
  return {
    headers: {
      'content-type': 'application/json',
      ...(secret === '' ? {} : { [header?.toLowerCase() ?? HEADER]: secret }),
    },
    body: JSON.stringify(body),
  };
}

function selfOf({ id }: Subscription): string {
  return `https://api-eu.dhl.com/tracking/push/v1/subscription/${id}`;
}
