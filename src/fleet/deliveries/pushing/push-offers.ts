import { Counter, type Registry } from 'prom-client';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import type { Egress } from '../../../platform/net/egress.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { type Keyring, open } from '../../../platform/sealing/sealing.ts';
import {
  pushRequest,
  readPushSubscription,
  type VapidKeys,
} from '../../../platform/web-push/push-request.ts';
import { startLoop } from '../../../platform/work/loop.ts';
import { OFFERS_CHANNEL, pushBoundTo } from '../../couriers/index.ts';
import {
  dropEndedPush,
  hasOfferPushes,
  type OfferPushRow,
  takeOfferPushes,
} from './offer-pushes.sql.ts';

interface OfferPushDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly egress: Pick<Egress, 'post'>;
  readonly vapid: () => Promise<VapidKeys>;
}

/** The outcome of one push. */
type PushOutcome = 'sent' | 'late' | 'ended' | 'refused' | 'failed';

/** Concurrent pushes; each waits for an external server. */
const UNDER_WAY_MAX = 200;
/**
 * Other couriers get the offer after two seconds: a push that arrives a minute later is useless.
 */
const TTL_S = 60;
const TIMEOUT_MS = 5_000;
/** The interval at which the queue is checked, in case a wake-up is lost. */
const CHECK_EVERY_MS = 5_000;
const GATHERS_MS = 20;
/** The content of a push. It only says that there is an offer; the app fetches it from the hub. */
const PAYLOAD = JSON.stringify({ kind: 'offer' });
/** The topic of pushes: a newer push replaces an older one on the screen. */
const TOPIC = 'waybill-offer';

/** Pushes offers to phones, at most once each; returns how many were removed from the queue. */
export async function pushOffers(
  deps: OfferPushDeps,
  count: (outcome: PushOutcome) => void,
): Promise<number> {
  const underWay = new Set<Promise<void>>();
  const pushed = await beginPushes(deps, count, underWay, () => false);
  await Promise.all(underWay);
  return pushed;
}

/**
 * Starts pushes and returns how many were removed from the queue. Does not wait for answers: a slow
 * push service delays no other offers.
 */
async function beginPushes(
  deps: OfferPushDeps,
  count: (outcome: PushOutcome) => void,
  underWay: Set<Promise<void>>,
  isOver: () => boolean,
): Promise<number> {
  let pushed = 0;
  while (!isOver() && (await hasOfferPushes(deps.db.pipeline))) {
    while (underWay.size >= UNDER_WAY_MAX) await Promise.race(underWay);
    const rows = await takeOfferPushes(deps.db.pipeline, UNDER_WAY_MAX - underWay.size);
    pushed += rows.length;
    for (const row of rows) {
      const one: Promise<void> = pushOne(deps, row)
        .catch((): PushOutcome => 'failed')
        .then(count)
        .finally(() => underWay.delete(one));
      underWay.add(one);
    }
  }
  return pushed;
}

async function pushOne(
  { db, keyring, clock, egress, vapid }: OfferPushDeps,
  { deviceId, offeredAtMs, subscription: sealed }: OfferPushRow,
): Promise<PushOutcome> {
  if (clock.nowMs() - offeredAtMs > TTL_S * 1_000) return 'late';
  const text = Buffer.from(open(keyring, sealed, pushBoundTo(deviceId))).toString('utf8');
  const subscription = readPushSubscription(text);
  const options = { ttlS: TTL_S, urgency: 'high' as const, topic: TOPIC };
  const request =
    subscription && (await pushRequest(await vapid(), subscription, PAYLOAD, options));
  const ended = async () => {
    await dropEndedPush(db.pipeline, deviceId, sealed);
    return 'ended' as const;
  };
  if (request === null) return ended();
  // The push service's URL comes from a browser, so anyone can choose it: allow only the public
  // internet.
  const answer = await egress.post({ ...request, requireTls: true, timeoutMs: TIMEOUT_MS });
  if (answer.kind === 'refused') return 'refused';
  if (answer.kind === 'failed') return 'failed';
  if (answer.status === 404 || answer.status === 410) return ended();
  return answer.status >= 200 && answer.status < 300 ? 'sent' : 'failed';
}

/** Starts pushing offers to phones, until stopped. */
export function startPushingOffers(
  deps: OfferPushDeps & {
    readonly listener: Pick<Listener, 'on'>;
    readonly log: Logger;
    readonly metrics: Registry;
  },
): { stop(): Promise<void> } {
  const pushes = new Counter({
    name: 'waybill_offer_pushes_total',
    help: 'Phones notified of an offer by web push, by what became of it.',
    labelNames: ['outcome'] as const,
    registers: [deps.metrics],
  });
  const underWay = new Set<Promise<void>>();
  let isStopped = false;
  const loop = startLoop({
    run: async () => {
      await beginPushes(
        deps,
        (outcome) => pushes.inc({ outcome }),
        underWay,
        () => isStopped,
      );
    },
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) => deps.log.warn({ err }, 'offers could not be pushed to phones'),
    wokenBy: { listener: deps.listener, channel: OFFERS_CHANNEL, afterMs: GATHERS_MS },
  });
  return {
    async stop() {
      isStopped = true;
      await loop.stop();
      await Promise.all(underWay);
    },
  };
}
