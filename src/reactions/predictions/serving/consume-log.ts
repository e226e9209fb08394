import { type Event, isDeletion, type ShipmentEvent } from '../../../events/event.ts';
import { groupEventTypes } from '../../../events/event-types.ts';
import { readEntry } from '../../../events/read-entry.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import { startConsumer } from '../../../platform/event-log/log-consumer.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { startLoop } from '../../../platform/work/loop.ts';
import { eraseDates } from '../accuracy/compared.ts';
import { eraseArrival } from '../arrivals/arrivals.sql.ts';
import {
  duePredictions,
  erasePredictions,
  postponePredictions,
  putOffPredictions,
} from './predictions.sql.ts';
import { createServing, type Serving, type ServingDeps } from './serve.ts';

export interface ConsumerDeps extends ServingDeps {
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Logger;
  /** Whether something waits that people wait for; absent: never. */
  readonly givesWay?: () => boolean;
}

/** What may change a date; the events of this reaction itself do not. */
const TYPES = groupEventTypes({
  changeDates: [
    'shipment.created',
    'shipment.status_changed',
    'shipment.corrected',
    'shipment.delivered',
    'shipment.confirmed',
    'shipment.edd_changed',
    'shipment.tracking_updated',
    'shipment.updated',
    'shipment.expired',
  ],
  ignored: [
    'shipment.exception_opened',
    'shipment.exception_updated',
    'shipment.exception_resolved',
    'delivery_request.resolved',
    'shipment.delay_predicted',
    'shipment.proof_added',
    'shipment.arriving',
    'shipment.assigned',
    'shipment.unassigned',
    'shipment.unassignable',
    'shipment.deleted',
    'carrier_account.health_changed',
    'carrier_account.push_changed',
    'carrier_account.verification_changed',
    'webhook_endpoint.disabled',
    'courier.silent',
  ],
});

/** Parcels in one transaction: it holds the locks of their shards, and commands wait for that. */
const BATCH_MAX = 100;
/** Of the log at once: of a parcel that is scanned thrice meanwhile the dates are worked out once. */
const ENTRIES_MAX = 400;
/** A transaction costs as much as the dates of a dozen parcels. */
const SHARDS_TOGETHER = 64;
/** A date is no matter of moments: what is received meanwhile is worked out together. */
const GATHERS_MS = 250;
const CHECK_EVERY_MS = 30_000;
/** Taken at once: of so many, those of one shard are worth a transaction. */
const DUE_MAX = 1_000;
/** So many at one look; what is left over comes with the next. */
const PASS_MAX = 15_000;
const TRY_AGAIN_MS = 3_600_000;

export interface Predicting {
  /** Resolves when all that was in the log before is worked out. */
  idle(): Promise<void>;
  /** Works out anew what is due by the clock. */
  passDue(): Promise<void>;
  stop(): Promise<void>;
}

/** Keeps the dates of all parcels as events come and as days pass, for as long as it runs. */
export function startPredicting(deps: ConsumerDeps): Predicting {
  const { tracking, log } = deps;
  const serving = createServing(deps);
  const consumer = startConsumer({
    name: 'predictions',
    db: tracking.db,
    listener: deps.listener,
    log,
    batchMax: ENTRIES_MAX,
    shardsTogether: SHARDS_TOGETHER,
    gathersMs: GATHERS_MS,
    ...(deps.givesWay === undefined ? {} : { givesWay: deps.givesWay }),
    mayFallBehind: true,
    passesOver: true,
    read: readEntry,
    handle: (events) => handle(deps, serving, events),
  });
  const passDue = () => workOutDue(deps, serving);
  const loop = startLoop({
    run: passDue,
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) => log.warn({ err }, 'due predictions could not be made'),
  });
  return {
    idle: () => consumer.idle(),
    passDue,
    async stop() {
      await consumer.stop();
      await loop.stop();
    },
  };
}

async function handle(
  { tracking }: ServingDeps,
  serving: Serving,
  events: readonly Event[],
): Promise<void> {
  const { pipeline } = tracking.db;
  for (const { subjectId } of events.filter(isDeletion)) {
    await erasePredictions(pipeline, subjectId);
    await eraseArrival(pipeline, subjectId);
    await eraseDates(tracking.db, subjectId);
  }
  const relevant = events.flatMap((event) =>
    event.about === 'shipment' && TYPES.changeDates.has(event.type) && !isOwn(event) ? [event] : [],
  );
  if (relevant.length === 0) return;
  const fresh = new Set(
    relevant.filter((event) => !isReadAgain(event)).map((event) => event.subjectId),
  );
  const again = [...new Set(relevant.map(({ subjectId }) => subjectId))].filter(
    (id) => !fresh.has(id),
  );
  // A million facts read again are no reason to keep a new event waiting.
  const isPutOff = await putOff(tracking, again);
  const ids = [...fresh, ...again.filter((id) => !isPutOff.has(id))];
  for (let at = 0; at < ids.length; at += BATCH_MAX) {
    await serving.serve(ids.slice(at, at + BATCH_MAX));
  }
}

async function putOff(
  { db, clock }: ServingDeps['tracking'],
  shipmentIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (shipmentIds.length === 0) return new Set();
  return putOffPredictions(db.pipeline, shipmentIds, clock.nowMs());
}

/** Nothing new happened to the parcel: what was known of it is read by another mapping. */
function isReadAgain({ data }: ShipmentEvent): boolean {
  return data.remapped === true;
}

/** A day that we weighed; of a carrier's that we only pass on nobody says how sure it is. */
function isOwn({ type, data: { estimated_delivery: estimate } }: ShipmentEvent): boolean {
  if (type !== 'shipment.edd_changed' || !estimate) return false;
  return estimate.source !== 'carrier' || estimate.confidence !== null;
}

/** A few of one shard at a time; those that cannot be worked out hide no others. */
async function workOutDue({ tracking, log }: ConsumerDeps, serving: Serving): Promise<void> {
  const { pipeline } = tracking.db;
  const nowMs = tracking.clock.nowMs();
  for (let looked = 0; looked < PASS_MAX; looked += DUE_MAX) {
    const due = await duePredictions(pipeline, nowMs, DUE_MAX);
    for (const { shard, ids } of batchesOf(due)) {
      // Also what nothing is said of any more, as its shipment was deleted.
      await postponePredictions(pipeline, ids, nowMs + TRY_AGAIN_MS);
      try {
        await serving.serve(ids);
      } catch (error) {
        log.error({ err: error, shard }, 'due predictions could not be made');
      }
    }
    if (due.length < DUE_MAX) return;
  }
}

/** Parcels of one shard each, as many as one transaction takes. */
function batchesOf(
  due: readonly { readonly id: string; readonly shard: number }[],
): { readonly shard: number; readonly ids: string[] }[] {
  const open = new Map<number, { readonly shard: number; readonly ids: string[] }>();
  return due.flatMap(({ id, shard }) => {
    const batch = open.get(shard);
    if (batch !== undefined && batch.ids.length < BATCH_MAX) {
      batch.ids.push(id);
      return [];
    }
    const next = { shard, ids: [id] };
    open.set(shard, next);
    return [next];
  });
}
