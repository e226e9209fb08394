import type { CarrierSession, PushHook, SubscribeOutcome } from '../contract/pull.ts';
import { normalize } from './numbers.ts';
import { type Failure, isAboutRequest, readAnswer } from './pulling/failures.ts';
import { networkOf, type PushSubscription, readSubscription } from './pulling/subscriptions.ts';
import { DEFAULT_HEADER } from './webhook.ts';

/** `shipmentIDs` takes ten (Unified Push 1.2.5, after ecommerce-utilities/php-dhl-api). */
export const NUMBERS_MAX = 10;
/** One number can spoil the subscription of nine others; finding it takes eight calls more. */
const CALLS_MAX = 9;
const EVENTS = ['Pre-Transit', 'Transit', 'Delivered', 'Failure', 'Unknown'];

/**
 * Unified Push: `POST /tracking/push/v1/subscription` for up to ten numbers of one network. DHL
 * accepts with 202, and pushes only once its `subscription.validate` is answered (see
 * `webhook.handshake`). Not for whole accounts: parcel-de knows none, others want an approval.
 */
export async function subscribe(
  numbers: readonly string[],
  hook: PushHook,
  session: CarrierSession,
): Promise<readonly SubscribeOutcome[]> {
  const found = new Map<string, SubscribeOutcome>();
  const queue = groupsOf(numbers);
  for (let calls = 0; queue.length > 0; calls += 1) {
    const [group, ...others] = queue.splice(0);
    if (group === undefined) break;
    const created = calls < CALLS_MAX ? await create(group, hook, session) : NOT_NARROWED;
    const isRefused = 'outcome' in created && isAboutRequest(created);
    if (isRefused && group.numbers.length > 1) {
      queue.push(...others, ...halvesOf(group));
      continue;
    }
    const isAccounts = 'outcome' in created && !isRefused;
    if (!isAccounts) queue.push(...others);
    for (const trackingNumber of (isAccounts ? [group, ...others] : [group]).flatMap(numbersOf)) {
      found.set(trackingNumber, outcomeOf(trackingNumber, created));
    }
  }
  return numbers.map((trackingNumber) => ({
    ...(found.get(normalize(trackingNumber)) ?? NO_SERVICE),
    trackingNumber,
  }));
}

const NO_SERVICE = {
  outcome: 'refused',
  reason: 'the format of the number does not show which network to subscribe to',
} as const;

const NOT_NARROWED: Failure = {
  outcome: 'error',
  reason: 'refused together with others, and not narrowed down further',
};

interface Group {
  readonly service: string;
  readonly numbers: readonly string[];
}

function groupsOf(numbers: readonly string[]): Group[] {
  const byService = new Map<string, string[]>();
  for (const number of new Set(numbers.map(normalize))) {
    const service = networkOf(number);
    if (service !== null) byService.set(service, [...(byService.get(service) ?? []), number]);
  }
  return [...byService].flatMap(([service, all]) =>
    Array.from({ length: Math.ceil(all.length / NUMBERS_MAX) }, (_, i) => ({
      service,
      numbers: all.slice(i * NUMBERS_MAX, (i + 1) * NUMBERS_MAX),
    })),
  );
}

function halvesOf({ service, numbers }: Group): readonly Group[] {
  const middle = Math.ceil(numbers.length / 2);
  return [numbers.slice(0, middle), numbers.slice(middle)].map((half) => ({
    service,
    numbers: half,
  }));
}

function numbersOf({ numbers }: Group): readonly string[] {
  return numbers;
}

async function create(
  { service, numbers }: Group,
  hook: PushHook,
  session: CarrierSession,
): Promise<PushSubscription | Failure> {
  const answer = await session.send({
    method: 'POST',
    path: '/tracking/push/v1/subscription',
    body: {
      json: {
        hook: {
          uri: hook.url,
          authentication: {
            type: 'ApiKeyAuthentication',
            header: hook.header ?? DEFAULT_HEADER,
            token: hook.secret,
          },
        },
        format: 'Default',
        type: 'Shipment',
        service,
        events: EVENTS,
        shipmentIDs: numbers,
      },
    },
  });
  const read = readAnswer(answer, session.nowMs());
  return read.ok ? readSubscription(read.answer) : read.failure;
}

function outcomeOf(trackingNumber: string, created: PushSubscription | Failure): SubscribeOutcome {
  if (!('outcome' in created)) {
    return { outcome: 'subscribed', trackingNumber, ...created, pending: true };
  }
  if (isAboutRequest(created)) {
    return { outcome: 'refused', trackingNumber, reason: created.reason };
  }
  return { ...created, trackingNumber };
}
