import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  askInBatches,
  type BatchAnswer,
  batchesOf,
  type CarrierSession,
  type HttpAnswer,
  type PushHook,
  type SubscribeOutcome,
} from '../contract/pull.ts';
import { type Failure, isAboutRequest, readAnswer } from './failures.ts';
import { normalize, numbers } from './numbers.ts';
import { schema } from './schema.ts';
import { DEFAULT_HEADER, subscriptionIdIn } from './webhook.ts';

/**
 * Maximum of `shipmentIDs` in a subscription (Unified Push 1.2.5, after
 * ecommerce-utilities/php-dhl-api).
 */
export const NUMBERS_MAX = 10;
/**
 * Maximum of calls: one number can spoil the subscription of nine others, and finding it takes
 * eight more calls.
 */
const CALLS_MAX = 9;
const EVENTS = ['Pre-Transit', 'Transit', 'Delivered', 'Failure', 'Unknown'];

/**
 * Subscribes to up to ten numbers of one network by Unified Push: `POST
 * /tracking/push/v1/subscription`. DHL accepts with 202, and pushes only once its
 * `subscription.validate` is answered (see `webhook.handshake`). Not for whole accounts: parcel-de
 * has no such subscription, and other networks require an approval.
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

/** Groups numbers by network, because a call subscribes to numbers of one network. */
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

/**
 * The networks by shape of number. Unified Push requires the network (a required member in public
 * clients of 1.2.5), and a number is all we have. Shapes that several networks use are not listed.
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

/** Below this certainty a shape says too little: most such numbers are other carriers'. */
const CERTAINTY_MIN = 0.3;

/** The network (as in `service`) of this number by its shape; null when none is likely. */
export function networkOf(number: string): string | null {
  const [likely] = numbers.recognise(number);
  if (likely === undefined || likely.certainty < CERTAINTY_MIN) return null;
  return SERVICES[likely.format] ?? null;
}

interface PushSubscription {
  /** The subscription's id; null when the answer names none, and the handshake will. */
  readonly subscriptionId: string | null;
  readonly expiresAtMs: number | null;
}

/** Reads an accepted subscription. Public clients got the id under any of three names. */
function readSubscription(answer: HttpAnswer): PushSubscription {
  const parsed = schema.subscription.safeParse(parseJsonOrNull(answer.text)?.value);
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

/** Parses an instant; null without an offset, which would have to be guessed. */
function instantOf(text: string | null): number | null {
  if (text === null || !/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(text)) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : atMs;
}
