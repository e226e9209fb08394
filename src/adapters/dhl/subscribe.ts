import { askInBatches, type BatchAnswer, batchesOf } from '../contract/batches.ts';
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
  const found = await askInBatches<PushSubscription | Failure>(
    batchesByService(numbers),
    CALLS_MAX,
    NOT_NARROWED,
    (batch) => create(batch, hook, session),
  );
  return numbers.map((trackingNumber) => {
    const created = found.get(normalize(trackingNumber));
    return created === undefined
      ? { ...NO_SERVICE, trackingNumber }
      : outcomeOf(trackingNumber, created);
  });
}

const NO_SERVICE = {
  outcome: 'refused',
  reason: 'the format of the number does not show which network to subscribe to',
} as const;

const NOT_NARROWED: Failure = {
  outcome: 'error',
  reason: 'refused together with others, and not narrowed down further',
};

/** A call subscribes to numbers of one network. */
function batchesByService(numbers: readonly string[]): readonly (readonly string[])[] {
  const byService = new Map<string, string[]>();
  for (const number of new Set(numbers.map(normalize))) {
    const service = networkOf(number);
    if (service !== null) byService.set(service, [...(byService.get(service) ?? []), number]);
  }
  return [...byService.values()].flatMap((all) => batchesOf(all, NUMBERS_MAX));
}

async function create(
  numbers: readonly string[],
  hook: PushHook,
  session: CarrierSession,
): Promise<BatchAnswer<PushSubscription | Failure>> {
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
        service: networkOf(numbers[0] ?? ''),
        events: EVENTS,
        shipmentIDs: numbers,
      },
    },
  });
  const read = readAnswer(answer, session.nowMs());
  const created = read.ok ? readSubscription(read.answer) : read.failure;
  if (!('outcome' in created)) {
    return { found: new Map(numbers.map((number) => [number, created])) };
  }
  return isAboutRequest(created) ? { refused: created } : { failed: created };
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
