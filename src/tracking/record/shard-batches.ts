import { markProcessed, type ParkedReport, parkReports } from '../../intake/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { blameOf } from '../../platform/database/blame.ts';
import { type Database, type Queryable, together } from '../../platform/database/database.ts';
import { withShard } from '../../platform/event-log/event-log.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import { eraseLate, sortUnclaimed } from '../erasing/late-reports.ts';
import { isWithoutContent } from '../facts/ingest.ts';
import type { Note } from '../facts/note.ts';
import type { AddressedReport } from '../instances/route.ts';
import { shipmentsByNumber } from '../shipments.sql.ts';
import { type NumberUpdate, type RecordContext, record } from './record.ts';

/** A report or a note with the number it is about and the shard that number lives in. */
export interface Addressed {
  readonly shard: number;
  readonly carrier: string;
  readonly trackingNumber: string;
  /** That brought it; a note may bring the report of an earlier receipt along. */
  readonly receiptId: string;
  readonly said:
    | { readonly kind: 'report'; readonly report: AddressedReport }
    | { readonly kind: 'note'; readonly note: Note };
}

export interface ShardBatchDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly context: () => RecordContext;
  readonly sealer: EnvelopeSealer;
  readonly clock: Clock;
  /** A receipt whose reports cannot be recorded, each on its own. */
  readonly onFailed: (receiptId: string, error: unknown) => Promise<void>;
  /** Receipts whose reports in this shard are visible from now on. */
  readonly onRecorded: (receiptIds: readonly string[]) => void;
}

/** Reports recorded in one transaction: keeps a shard's lock below about 50 ms. */
const BATCH_MAX = 100;

/**
 * Records the reports of one shard, a batch a transaction. A receipt that lives in this shard
 * only (`isOnlyHere`) is marked processed in the transaction that records its last report.
 */
export async function recordShard(
  deps: ShardBatchDeps,
  shard: number,
  reports: readonly Addressed[],
  isOnlyHere: (receiptId: string) => boolean,
): Promise<void> {
  for (let at = 0; at < reports.length; at += BATCH_MAX) {
    const batch = reports.slice(at, at + BATCH_MAX);
    const later = receiptsOf(reports.slice(at + BATCH_MAX));
    const done = [...receiptsOf(batch)].filter((id) => !later.has(id));
    try {
      await recordBatch(deps, shard, batch, done.filter(isOnlyHere));
      deps.onRecorded(done);
    } catch (error) {
      if (blameOf(error) !== 'entry') throw error;
      await recordOneByOne(deps, shard, batch, (id) => isOnlyHere(id) && !later.has(id));
    }
  }
}

function receiptsOf(reports: readonly Addressed[]): Set<string> {
  return new Set(reports.map(({ receiptId }) => receiptId));
}

/** One bad receipt must not hold back its neighbours: each goes alone, the bad one is reported. */
async function recordOneByOne(
  deps: ShardBatchDeps,
  shard: number,
  batch: readonly Addressed[],
  isLast: (receiptId: string) => boolean,
): Promise<void> {
  for (const id of receiptsOf(batch)) {
    const own = batch.filter(({ receiptId }) => receiptId === id);
    try {
      await recordBatch(deps, shard, own, isLast(id) ? [id] : []);
      if (isLast(id)) deps.onRecorded([id]);
    } catch (error) {
      if (blameOf(error) !== 'entry') throw error;
      await deps.onFailed(id, error);
    }
  }
}

async function recordBatch(
  deps: ShardBatchDeps,
  shard: number,
  batch: readonly Addressed[],
  processed: readonly string[],
): Promise<void> {
  await withShard(deps.db.pipeline, shard, async (tx) => {
    const numbers = await withShipments(tx, batch);
    const done = new Set(processed);
    const { toPark, toErase } = await sortUnclaimed(tx, numbers.flatMap(unclaimed), (id) =>
      done.has(id),
    );
    await together([
      markProcessed(tx, processed, deps.clock.nowMs()),
      parkReports(tx, toPark),
      record(tx, deps.context(), shard, numbers),
    ]);
    await eraseLate(tx, deps.sealer, toErase);
  });
}

async function withShipments(tx: Queryable, batch: readonly Addressed[]): Promise<NumberUpdate[]> {
  const reports = new Map<string, Addressed[]>();
  for (const each of batch) {
    const key = `${each.carrier}\n${each.trackingNumber}`;
    const known = reports.get(key);
    if (known === undefined) reports.set(key, [each]);
    else known.push(each);
  }
  const numbers = [...reports.values()].flatMap(([first]) => first ?? []);
  const shipments = await shipmentsByNumber(tx, numbers);
  return numbers.map(({ carrier, trackingNumber }) => ({
    carrier,
    trackingNumber,
    shipments: shipments.filter(
      (each) => each.trackingNumber === trackingNumber && each.carrier === carrier,
    ),
    ...updatesOf(reports.get(`${carrier}\n${trackingNumber}`) ?? []),
  }));
}

function updatesOf(all: readonly Addressed[]): Required<Pick<NumberUpdate, 'reports' | 'notes'>> {
  return {
    reports: all.flatMap(({ said }) => (said.kind === 'report' ? [said.report] : [])),
    notes: all.flatMap(({ said }) => (said.kind === 'note' ? [said.note] : [])),
  };
}

/**
 * Reports that reach no shipment: they wait for somebody to register the number. So do those that tell
 * nothing of one, whose receipt nothing else would lead to.
 */
function unclaimed({ carrier, trackingNumber, shipments, reports }: NumberUpdate): ParkedReport[] {
  return reports
    .filter(
      ({ owner, ...ingested }) =>
        isWithoutContent(ingested) ||
        !shipments.some(
          ({ merchantId, mode }) =>
            owner === null || (owner.merchantId === merchantId && owner.mode === mode),
        ),
    )
    .map(({ receiptId, receivedAtMs, owner }) => ({
      carrier,
      trackingNumber,
      receiptId,
      receivedAtMs,
      merchantId: owner?.merchantId ?? null,
      mode: owner?.mode ?? null,
    }));
}
