import {
  type ComposedPush,
  HOUR_MS,
  type PushManners,
  type PushOccasion,
  type Subscription,
} from '../../sandbox-kit/index.ts';
import { shipmentOf } from './track.ts';

/** For a hook typed in by hand, which names none. */
const HEADER = 'x-api-key';
/** Events one may subscribe to, by the coarse code they stand for. */
export const EVENT_CODES: Readonly<Record<string, string>> = {
  'Pre-Transit': 'pre-transit',
  Transit: 'transit',
  Delivered: 'delivered',
  Failure: 'failure',
  Unknown: 'unknown',
};

/**
 * Unified Push signs nothing: the static header that the subscriber chose is all. Repetitions are
 * not documented for it; an hour and then six are those of eCommerce Americas.
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

export function selfOf({ id }: Subscription): string {
  return `https://api-eu.dhl.com/tracking/push/v1/subscription/${id}`;
}
