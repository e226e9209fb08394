import { type Event, isDeletion, type ShipmentEvent } from '../../../events/event.ts';
import { groupEventTypes } from '../../../events/event-types.ts';
import { readEntry } from '../../../events/read-entry.ts';
import { definedOnly } from '../../../kernel/defined-only.ts';
import type { Listener } from '../../../platform/database/listen.ts';
import { clusterWorkersOf } from '../../../platform/distribution/cluster-workers.sql.ts';
import { startConsumer } from '../../../platform/event-log/log-consumer.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { startLoop } from '../../../platform/work/loop.ts';
import { eraseDates } from '../accuracy/accuracy.ts';
import { eraseArrival } from '../arrivals/arrivals.sql.ts';
import {
  duePredictions,
  erasePredictions,
  markPredictionsDue,
  postponePredictions,
} from './predictions.sql.ts';
import { createServing, type Serving, type ServingDeps } from './serve.ts';

interface ConsumerDeps extends ServingDeps {
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Logger;
  /** Whether work that people wait for is pending; absent: never. */
  readonly givesWay?: () => boolean;
}

/**
 * Types of events, by whether they may change a date. Events that this reaction publishes itself do
 * not.
 */
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
    'shop.disabled',
    'shipment.delivery_withdrawn',
    'courier.silent',
  ],
});

/**
 * The maximum number of parcels in one transaction: it holds the locks of their shards, and
 * commands wait for that.
 */
const BATCH_MAX = 100;
/**
 * The maximum number of log entries per batch: the dates of a parcel scanned three times meanwhile
 * are computed once.
 */
const ENTRIES_MAX = 400;
/** The number of shards in a batch: a transaction costs as much as the dates of a dozen parcels. */
const SHARDS_TOGETHER = 64;
/** Dates need no instant updates: events received meanwhile are processed together. */
const GATHERS_MS = 250;
const CHECK_EVERY_MS = 30_000;
/**
 * The number of due parcels per batch: with so many, those of one shard are worth a transaction.
 */
const DUE_MAX = 1_000;
/** The maximum number of parcels per check; the rest follows at the next. */
const PASS_MAX = 15_000;
const RETRY_MS = 3_600_000;

interface Predicting {
  /** Resolves when everything logged before is processed. */
  idle(): Promise<void>;
  /** Recomputes dates that are due by the clock. */
  passDue(): Promise<void>;
  stop(): Promise<void>;
}

/** Updates the dates of all parcels as events arrive and days pass, until it is stopped. */
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
    ...definedOnly({ givesWay: deps.givesWay }),
    mayFallBehind: true,
    passesOver: true,
    read: readEntry,
    handle: (events) => handle(deps, serving, events),
  });
  const passDue = () => recomputeDue(deps, serving);
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
    event.about === 'shipment' && TYPES.changeDates.has(event.type) && !isOwnEstimate(event)
      ? [event]
      : [],
  );
  if (relevant.length === 0) return;
  const fresh = new Set(
    relevant.filter((event) => !isReadAgain(event)).map((event) => event.subjectId),
  );
  const again = [...new Set(relevant.map(({ subjectId }) => subjectId))].filter(
    (id) => !fresh.has(id),
  );
  // After a mapping change a million facts may be read again, which must not delay a new event.
  const deferredIds = await deferToNextPass(tracking, again);
  const ids = [...fresh, ...again.filter((id) => !deferredIds.has(id))];
  for (let at = 0; at < ids.length; at += BATCH_MAX) {
    await serving.serve(ids.slice(at, at + BATCH_MAX));
  }
}

/**
 * Leaves the parcels to the next pass over due predictions; returns the ids of those that have a
 * prediction, as the others are not in that pass.
 */
async function deferToNextPass(
  { db, clock }: ServingDeps['tracking'],
  shipmentIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (shipmentIds.length === 0) return new Set();
  return markPredictionsDue(db.pipeline, shipmentIds, clock.nowMs());
}

/** Whether nothing new happened to the parcel: known facts were only read with another mapping. */
function isReadAgain({ data }: ShipmentEvent): boolean {
  return data.remapped === true;
}

/**
 * Whether the event announces a date that this reaction has weighed. A carrier's date that is
 * passed on unchanged has no confidence.
 */
function isOwnEstimate({ type, data: { estimated_delivery: estimate } }: ShipmentEvent): boolean {
  if (type !== 'shipment.edd_changed' || !estimate) return false;
  return estimate.source !== 'carrier' || estimate.confidence !== null;
}

/**
 * Recomputes due dates, a few parcels of one shard at a time; parcels that fail do not block
 * others. Those of a cluster's worker that is away wait.
 */
async function recomputeDue({ tracking, log }: ConsumerDeps, serving: Serving): Promise<void> {
  const { pipeline } = tracking.db;
  const workers = clusterWorkersOf(pipeline);
  const nowMs = tracking.clock.nowMs();
  for (let checked = 0; checked < PASS_MAX; checked += DUE_MAX) {
    const due = await duePredictions(pipeline, nowMs, DUE_MAX);
    for (const { shard, ids } of batchesOf(due)) {
      // This includes parcels that no longer get a date because their shipment was deleted.
      await postponePredictions(pipeline, ids, nowMs + RETRY_MS);
      try {
        await serving.serve(await workers.present(ids));
      } catch (error) {
        if (await workers.blames(error)) continue;
        log.error({ err: error, shard }, 'due predictions could not be made');
      }
    }
    if (due.length < DUE_MAX) return;
  }
}

/** Groups due parcels into batches of one shard each, up to the size of a transaction. */
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
