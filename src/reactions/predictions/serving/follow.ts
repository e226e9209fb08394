import type { Listener } from '../../../platform/database/listen.ts';
import { LOG_CHANNEL, type LogEntry } from '../../../platform/event-log/event-log.ts';
import { type Consumer, startConsumer } from '../../../platform/event-log/log-consumer.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { erasePromises } from '../accuracy/ledger-upkeep.sql.ts';
import {
  duePredictions,
  erasePredictions,
  postponePredictions,
  putOffPredictions,
} from './predictions.sql.ts';
import { createServing, type Serving, type ServingDeps } from './serve.ts';

export interface FollowDeps extends ServingDeps {
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Logger;
}

/** What may change a date; what this reaction tells itself is no news to it. */
const HEARD: ReadonlySet<string> = new Set([
  ...['shipment.created', 'shipment.updated', 'shipment.status_changed', 'shipment.corrected'],
  ...['shipment.confirmed', 'shipment.delivered', 'shipment.edd_changed', 'shipment.expired'],
  'shipment.tracking_updated',
]);

/** Parcels in one transaction: it holds the shard's lock, and commands wait for that. */
const BATCH_MAX = 50;
const LOOK_EVERY_MS = 30_000;
/** Taken at once: of so many, those of one shard are worth a transaction. */
const DUE_MAX = 1_000;
/** So many at one look; what is left over comes with the next. */
const LOOK_MAX = 15_000;
const TRY_AGAIN_MS = 3_600_000;

export interface Predicting {
  /** Resolves when all that was in the log before is worked out. */
  idle(): Promise<void>;
  /** Works out anew what is due by the clock. */
  passDue(): Promise<void>;
  stop(): Promise<void>;
}

/** Keeps the dates of all parcels as they are heard of and as days pass, for as long as it runs. */
export function startPredicting(deps: FollowDeps): Predicting {
  const { tracking, log } = deps;
  const serving = createServing(deps);
  const consumer: Consumer = startConsumer({
    name: 'predictions',
    db: tracking.db,
    log,
    batchMax: BATCH_MAX,
    passesOver: true,
    handle: (entries) => handle(deps, serving, entries),
  });
  const unsubscribe = deps.listener.on(LOG_CHANNEL, (shard) =>
    consumer.wake(shard === null ? null : Number(shard)),
  );
  const passDue = () => workOutDue(deps, serving);
  let running: Promise<void> = Promise.resolve();
  const ticker = setInterval(() => {
    running = running.then(passDue).catch((error: unknown) => {
      log.warn({ err: error }, 'dates that are due could not be worked out');
    });
  }, LOOK_EVERY_MS);
  return {
    idle: () => consumer.idle(),
    passDue,
    async stop() {
      clearInterval(ticker);
      unsubscribe();
      await consumer.stop();
      await running;
    },
  };
}

async function handle(
  { tracking }: ServingDeps,
  serving: Serving,
  entries: readonly LogEntry[],
): Promise<void> {
  const { pipeline } = tracking.db;
  for (const { subjectId } of entries.filter(({ type }) => type === 'shipment.deleted')) {
    await erasePredictions(pipeline, subjectId);
    await erasePromises(pipeline, subjectId);
  }
  const heard = entries.filter((entry) => HEARD.has(entry.type) && !isOwn(entry));
  const [first] = heard;
  if (first === undefined) return;
  const news = new Set(
    heard.filter((entry) => !isReadAgain(entry)).map((entry) => entry.subjectId),
  );
  const again = [...new Set(heard.map(({ subjectId }) => subjectId))].filter((id) => !news.has(id));
  // A million facts read again are no reason to keep what is heard just now waiting.
  const isPutOff = await putOff(tracking, again);
  await serving.serve(first.shard, [...news, ...again.filter((id) => !isPutOff.has(id))]);
}

async function putOff(
  { db, clock }: ServingDeps['tracking'],
  shipmentIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (shipmentIds.length === 0) return new Set();
  return putOffPredictions(db.pipeline, shipmentIds, clock.nowMs());
}

/** Nothing new happened to the parcel: what was known of it is read by another mapping. */
function isReadAgain({ data }: LogEntry): boolean {
  return data['remapped'] === true;
}

/** A day that we weighed; of a carrier's that we only pass on nobody says how sure it is. */
function isOwn({ type, data }: LogEntry): boolean {
  if (type !== 'shipment.edd_changed') return false;
  const estimate = data['estimated_delivery'];
  if (typeof estimate !== 'object' || estimate === null || !('source' in estimate)) return false;
  return (
    estimate.source !== 'carrier' || ('confidence' in estimate && estimate.confidence !== null)
  );
}

/** A few of one shard at a time; those that cannot be worked out hide no others. */
async function workOutDue({ tracking, log }: FollowDeps, serving: Serving): Promise<void> {
  const { pipeline } = tracking.db;
  const nowMs = tracking.clock.nowMs();
  for (let looked = 0; looked < LOOK_MAX; looked += DUE_MAX) {
    const due = await duePredictions(pipeline, nowMs, DUE_MAX);
    for (const { shard, ids } of batchesOf(due)) {
      // Also what nothing is said of any more, as its shipment was deleted.
      await postponePredictions(pipeline, ids, nowMs + TRY_AGAIN_MS);
      try {
        await serving.serve(shard, ids);
      } catch (error) {
        log.error({ err: error, shard }, 'dates that are due could not be worked out');
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
