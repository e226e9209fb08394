import { type Database, type Transaction, together } from '../../platform/database/database.ts';
import { blameOf } from '../../platform/database/database-errors.ts';
import { withShard } from '../../platform/event-log/event-log.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { type RecordContext, record } from '../record/record.ts';
import { shipmentsByNumber } from '../shipments.sql.ts';
import { addChanges } from './jobs/job-changes.sql.ts';
import { tallyChanges } from './jobs/job-changes.ts';
import { advanceJob, type Lease } from './jobs/jobs.sql.ts';
import type { Pace } from './pace.ts';
import type { Rereading } from './reread.ts';
import type { NumberOfShard } from './scan.sql.ts';

interface RewriteDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly context: () => RecordContext;
  readonly log: Pick<Logger, 'error'>;
  readonly pace: Pace;
  /** Parcels that could not be recorded, each counted once. */
  readonly failed: Set<string>;
}

/** Thrown when the job was cancelled, or its lease expired and another process has it. */
export class LostJob extends Error {
  constructor() {
    super('the job was taken by another process, or was cancelled');
  }
}

/** Limit of numbers in one transaction, so that a shard is locked for about 50 ms. */
const NUMBERS_AT_ONCE = 40;
/** Number of batches at once: one computes while the others wait for the database. */
const SHARDS_AT_ONCE = 3;

/**
 * Reads the facts of these numbers again and records the result, a few numbers of a shard in one
 * transaction with the counts of the job. Idempotent.
 */
export async function rewriteNumbers(
  deps: RewriteDeps,
  lease: Lease,
  rereading: Rereading,
  numbers: readonly NumberOfShard[],
): Promise<void> {
  const batches = batchesByShard(numbers);
  const next = async (): Promise<void> => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      const beganAt = performance.now();
      try {
        await rewriteBatch(deps, lease, rereading, batch);
      } catch (error) {
        batches.length = 0;
        throw error;
      }
      await deps.pace.rest(performance.now() - beganAt);
    }
  };
  await together(Array.from({ length: SHARDS_AT_ONCE }, next));
}

/** Splits the numbers into batches, each within one shard. */
function batchesByShard(numbers: readonly NumberOfShard[]): NumberOfShard[][] {
  const byShard = new Map<number, NumberOfShard[]>();
  for (const number of numbers) {
    const known = byShard.get(number.shard);
    if (known === undefined) byShard.set(number.shard, [number]);
    else known.push(number);
  }
  const batches: NumberOfShard[][] = [];
  for (const all of byShard.values()) {
    for (let at = 0; at < all.length; at += NUMBERS_AT_ONCE) {
      batches.push(all.slice(at, at + NUMBERS_AT_ONCE));
    }
  }
  return batches;
}

/**
 * Records a batch. If that fails, each number is recorded alone, so that one that cannot be
 * recorded does not stop the others, and failures are counted.
 */
async function rewriteBatch(
  deps: RewriteDeps,
  lease: Lease,
  rereading: Rereading,
  batch: readonly NumberOfShard[],
): Promise<void> {
  try {
    await rewriteTogether(deps, lease, rereading, batch);
  } catch (error) {
    if (error instanceof LostJob || blameOf(error) !== 'entry') throw error;
    if (batch.length > 1) {
      for (const each of batch) await rewriteBatch(deps, lease, rereading, [each]);
      return;
    }
    const [number] = batch;
    if (number === undefined || deps.failed.has(number.trackingNumber)) return;
    deps.failed.add(number.trackingNumber);
    deps.log.error({ err: error, ...number }, 'a parcel could not be read again');
    if (!(await advanceJob(deps.db.pipeline, lease, { shipmentsFailed: 1 }))) throw new LostJob();
  }
}

/**
 * Reads the facts of a batch of numbers again, and adds the changes to the job's counts in the same
 * transaction.
 * Throws `LostJob` if the lease is lost; nothing is changed then.
 */
async function rewriteTogether(
  { db, context }: RewriteDeps,
  lease: Lease,
  rereading: Rereading,
  batch: readonly NumberOfShard[],
): Promise<void> {
  const [first] = batch;
  if (first === undefined) return;
  const rewriteAndCount = async (tx: Transaction): Promise<void> => {
    const before = await shipmentsByNumber(tx, batch);
    const recorded = await record(
      tx,
      context(),
      batch.map(({ carrier, trackingNumber }) => ({
        kind: 'reread',
        carrier,
        trackingNumber,
        shipments: before.filter(
          (each) => each.trackingNumber === trackingNumber && each.carrier === carrier,
        ),
        rereading,
      })),
    );
    const tally = tallyChanges();
    const now = new Map(recorded.map((each) => [each.shipment.id, each]));
    for (const was of before) {
      const is = now.get(was.id);
      const sample = { shipment_id: was.id, tracking_number: was.trackingNumber };
      for (const { fact, before: read } of is?.reread ?? []) {
        tally.fact(read.status, fact.reading.status, sample);
      }
      if (is !== undefined && is.shipment.sequence > was.sequence) {
        tally.shipment(was.state.status, is.shipment.state.status, sample);
      }
    }
    const { factsChanged, shipmentsChanged } = tally;
    await addChanges(tx, lease.id, tally.changes());
    if (!(await advanceJob(tx, lease, { factsChanged, shipmentsChanged }))) throw new LostJob();
  };
  await withShard(db.pipeline, first.shard, rewriteAndCount, 'later');
}
