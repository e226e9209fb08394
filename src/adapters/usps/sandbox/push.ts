import { createHmac } from 'node:crypto';
import {
  type ComposedPush,
  MINUTE_MS,
  type PushManners,
  type PushOccasion,
  type SandboxWorld,
} from '../../sandbox-kit/index.ts';
import { detailOf } from './detail.ts';

/** A push contains new events, not the history. */
const EVENTS = 1;

/**
 * Notifications of Subscriptions – Tracking: an envelope whose `payload` is JSON as text, signed by
 * `X-HMAC` = Base64 of HMAC-SHA256 over `timestamp` and `payload` without a separator. No schedule
 * of repetitions is published; a listener that stays down causes its subscription to be suspended.
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
    // The check on creation: one public client answers this member.
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
