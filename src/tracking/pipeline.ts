import type { CarrierAdapter } from '../adapters/contract.ts';
import {
  markDead,
  markProcessed,
  openReceipt,
  type ParkedReport,
  parkReports,
  type Receipt,
  type ReceiptRow,
  waitingReceipts,
} from '../intake/index.ts';
import type { Mapping } from '../normalization/index.ts';
import type { Clock } from '../platform/clock.ts';
import { type Database, type Queryable, withTransaction } from '../platform/database.ts';
import { isDatabaseUnavailable } from '../platform/database-errors.ts';
import { lockShard } from '../platform/event-log.ts';
import type { Logger } from '../platform/log.ts';
import type { EnvelopeSealer } from '../platform/sealing.ts';
import type { HeardReport } from './heard.ts';
import { interpret } from './interpret.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';
import { type NumberNews, type RecordContext, record } from './record.ts';
import type { AddressedReport } from './route.ts';
import { shardOf } from './shards.ts';
import { shipmentsByNumber } from './shipments.sql.ts';

/**
 * From receipt to state: the whole corridor, in order.
 *
 *   1. take the oldest waiting receipts of a lane and open them
 *   2. interpret each: parse and read its codes (pure); what cannot be read is a dead letter
 *   3. group the reports by shard
 *   4. a shard at a time, in one transaction: lock, find the shipments, record, park what nobody
 *      registered, and mark the receipts processed with the last of their shards
 *
 * Everything is repeatable: facts are sets, so a receipt that is processed twice because we died
 * in between changes nothing.
 */
export interface PipelineDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly sealer: EnvelopeSealer;
  readonly adapter: (carrier: string) => CarrierAdapter | null;
  readonly mapping: (carrier: string) => Mapping | null;
  readonly context: () => RecordContext;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: PipelineMetrics;
}

/** Receipts taken at once: enough for full batches under load, few enough that commands get in. */
const TAKE_MAX = 400;
/** Reports recorded in one transaction: keeps a shard's lock below about 50 ms. */
const BATCH_MAX = 100;

/** Drains one batch of a lane. Returns how many receipts it found: 0 means the lane is empty. */
export async function drainLane(deps: PipelineDeps, lane: number): Promise<number> {
  const rows = await waitingReceipts(deps.db.pipeline, lane, TAKE_MAX);
  if (rows.length === 0) return 0;
  const open = new Map<string, number>();
  const byShard = new Map<number, Addressed[]>();
  const settled: string[] = [];
  for (const row of rows) {
    const reports = await understand(deps, row);
    if (reports === null) continue;
    const shards = new Set(reports.map(({ shard }) => shard));
    if (shards.size === 0) settled.push(row.id);
    open.set(row.id, shards.size);
    for (const each of reports) {
      byShard.set(each.shard, [...(byShard.get(each.shard) ?? []), each]);
    }
  }
  await markProcessed(deps.db.pipeline, settled, deps.clock.nowMs());
  for (const [shard, reports] of byShard) await recordShard(deps, shard, reports, open);
  deps.metrics.processed(rows.map((row) => deps.clock.nowMs() - row.received_at.getTime()));
  return rows.length;
}

interface Addressed {
  readonly shard: number;
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly report: AddressedReport;
}

/** Null when the receipt ended as a dead letter. */
async function understand(deps: PipelineDeps, row: ReceiptRow): Promise<Addressed[] | null> {
  try {
    const receipt = openReceipt(row, deps.sealer);
    if (receipt === null) return await bury(deps, row.id, 'its content was erased');
    const read = interpret(receipt, deps.adapter(row.carrier), deps.mapping(row.carrier));
    if (read.kind === 'dead') return await bury(deps, row.id, read.reason);
    if (read.kind === 'nothing') return [];
    return read.reports.map((heard) => address(receipt, heard));
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    deps.log.error({ err: error, receipt_id: row.id }, 'a receipt could not be interpreted');
    return await bury(deps, row.id, `interpreting it failed: ${messageOf(error)}`);
  }
}

function address(receipt: Receipt, heard: HeardReport): Addressed {
  const { trackingNumber } = heard.report;
  return {
    shard: shardOf(receipt.carrier, trackingNumber),
    carrier: receipt.carrier,
    trackingNumber,
    report: {
      ...heard,
      owner: receipt.owner && { merchantId: receipt.owner.merchantId, mode: receipt.owner.mode },
      onlyShipmentId: null,
    },
  };
}

async function recordShard(
  deps: PipelineDeps,
  shard: number,
  reports: readonly Addressed[],
  open: Map<string, number>,
): Promise<void> {
  for (let at = 0; at < reports.length; at += BATCH_MAX) {
    const batch = reports.slice(at, at + BATCH_MAX);
    const rest = new Set(reports.slice(at + BATCH_MAX).map(({ report }) => report.receiptId));
    const done = [...new Set(batch.map(({ report }) => report.receiptId))].filter(
      (id) => !rest.has(id),
    );
    const last = done.filter((id) => open.get(id) === 1);
    try {
      await recordBatch(deps, shard, batch, last);
      for (const id of done) open.set(id, (open.get(id) ?? 1) - 1);
    } catch (error) {
      if (isTransient(error) || batch.length === 0) throw error;
      await recordOneByOne(deps, shard, batch, open, rest);
    }
  }
}

/** One bad receipt must not hold back its neighbours: each goes alone, the bad one is buried. */
async function recordOneByOne(
  deps: PipelineDeps,
  shard: number,
  batch: readonly Addressed[],
  open: Map<string, number>,
  rest: ReadonlySet<string>,
): Promise<void> {
  for (const id of new Set(batch.map(({ report }) => report.receiptId))) {
    const own = batch.filter(({ report }) => report.receiptId === id);
    const isLast = open.get(id) === 1 && !rest.has(id);
    try {
      await recordBatch(deps, shard, own, isLast ? [id] : []);
      if (!rest.has(id)) open.set(id, (open.get(id) ?? 1) - 1);
    } catch (error) {
      if (isTransient(error)) throw error;
      deps.log.error({ err: error, receipt_id: id }, 'a receipt could not be recorded');
      await bury(deps, id, `recording it failed: ${messageOf(error)}`);
      // Its other shards may still be recorded, but it never counts as processed.
      open.set(id, Number.POSITIVE_INFINITY);
    }
  }
}

async function recordBatch(
  deps: PipelineDeps,
  shard: number,
  batch: readonly Addressed[],
  processed: readonly string[],
): Promise<void> {
  await withTransaction(deps.db.pipeline, async (tx) => {
    await lockShard(tx, shard);
    const numbers = await withShipments(tx, batch);
    await record(tx, deps.context(), shard, numbers);
    await parkReports(tx, numbers.flatMap(unclaimed));
    await markProcessed(tx, processed, deps.clock.nowMs());
  });
}

async function withShipments(tx: Queryable, batch: readonly Addressed[]): Promise<NumberNews[]> {
  const numbers = new Map<string, { carrier: string; trackingNumber: string }>();
  for (const each of batch) numbers.set(`${each.carrier}\n${each.trackingNumber}`, each);
  const shipments = await shipmentsByNumber(tx, [...numbers.values()]);
  return [...numbers.values()].map(({ carrier, trackingNumber }) => {
    const here = (each: { carrier: string; trackingNumber: string }) =>
      each.carrier === carrier && each.trackingNumber === trackingNumber;
    return {
      carrier,
      trackingNumber,
      shipments: shipments.filter(here),
      reports: batch.filter(here).map(({ report }) => report),
    };
  });
}

/** Reports that reach no shipment: they wait for somebody to register the number. */
function unclaimed({ carrier, trackingNumber, shipments, reports }: NumberNews): ParkedReport[] {
  return reports
    .filter(
      ({ owner }) =>
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

async function bury(deps: PipelineDeps, id: string, reason: string): Promise<null> {
  await markDead(deps.db.pipeline, id, reason.slice(0, 1_000), deps.clock.nowMs());
  deps.metrics.deadLetter();
  return null;
}

/** The same batch may well succeed later: the machine was in the way, not a receipt. */
function isTransient(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  // 40: serialization failure or deadlock. 55: a lock was not to be had. 57: cancelled.
  const passing = typeof code === 'string' && /^(40|53|55|57)/.test(code);
  return passing || isDatabaseUnavailable(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
