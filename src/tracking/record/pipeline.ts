import { setImmediate as letOthers } from 'node:timers/promises';
import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import {
  BULK_PARTITION,
  markDead,
  markProcessed,
  openReceipt,
  PARTITIONS,
  type Receipt,
  type ReceiptRow,
  receiptsById,
  waitingReceipts,
} from '../../intake/index.ts';
import type { Mapping } from '../../normalization/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { blameOf } from '../../platform/database/blame.ts';
import { type Database, together } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type { IngestedReport } from '../facts/ingested-report.ts';
import { type Note, readNote } from '../facts/note.ts';
import { type ForMerchant, type Interpretation, interpret } from './interpret.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';
import type { RecentRecords } from './recent-records.ts';
import type { RecordContext } from './record.ts';
import {
  type Addressed,
  recordShards,
  type ShardBatchDeps,
  shardsTogether,
} from './shard-batches.ts';
import { shardOf } from './shards.ts';
import { traceReceipts } from './trace-receipts.ts';

/**
 * From receipt to state: the whole corridor, in order.
 *
 *   1. take the oldest waiting receipts of some partitions and open them
 *   2. interpret each: parse and read its codes (pure); what cannot be read is a dead letter
 *   3. group the reports by shard, and shards with little to do together
 *   4. a group at a time, in one transaction: lock, find the shipments, record, park what nobody
 *      registered, and mark the receipts processed that live in this group only; the others follow
 *
 * Everything is repeatable: facts are sets, so a receipt that is processed twice because we died
 * in between changes nothing.
 */
export interface PipelineDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly sealer: EnvelopeSealer;
  readonly adapter: (carrier: string) => CarrierAdapter | null;
  readonly mapping: (carrier: string) => Mapping | null;
  readonly forMerchant?: ForMerchant;
  readonly context: () => RecordContext;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: PipelineMetrics;
  readonly recent: RecentRecords;
}

/**
 * Receipts taken at once: under load some two dozen for each shard, because a transaction costs
 * about as much as what twenty receipts bring.
 */
const TAKE_MAX = 1_600;
/**
 * The same of what came in bulk, some 4,000 scans: what comes alone meanwhile shares the machine with
 * them for less than a second.
 */
const TAKE_OF_BULK_MAX = 20;
/**
 * Reports of one batch. A receipt of scans speaks of hundreds of parcels, and what they are made
 * into takes a kilobyte each; the receipts beyond it are taken next.
 */
const REPORTS_MAX = 20_000;
/** Receipts understood before others get a turn: a push waits for this at most a few ms. */
const UNDERSTOOD_AT_ONCE = 20;
/** Groups recorded at once: one computes while the others wait for the database. */
const GROUPS_AT_ONCE = 3;

/**
 * Drains one batch of some partitions. Several at a time make fuller batches: each shard is written
 * once for all of them. Returns how many receipts it found: 0 means the partitions are empty.
 */
export async function drainPartitions(
  deps: PipelineDeps,
  partitions: readonly number[],
): Promise<number> {
  const rows = await waitingReceipts(
    deps.db.pipeline,
    partitions,
    partitions.includes(BULK_PARTITION)
      ? TAKE_OF_BULK_MAX
      : Math.ceil(TAKE_MAX / partitions.length),
  );
  if (rows.length === 0) return 0;
  const beganMs = deps.clock.nowMs();
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const { byShard, understood } = await understandAll(deps, rows, beganMs);
  const groups = startingAt(partitions, shardsTogether(byShard));
  const groupsOf = countGroups(groups);
  const failed = new Set<string>();
  const traceDone = (ids: readonly string[]): void => {
    const done = ids.flatMap((id) => rowOf.get(id) ?? []);
    traceReceipts(done, { beganMs, endedMs: deps.clock.nowMs(), outcome: 'processed' });
  };
  const batchDeps: ShardBatchDeps = {
    ...deps,
    onRecorded: (ids) => {
      traceDone(ids.filter((id) => groupsOf.get(id) === 1));
      // What came in bulk waits on purpose, and would hide how long others wait.
      if (partitions.includes(BULK_PARTITION)) return;
      const nowMs = deps.clock.nowMs();
      deps.metrics.processed(
        ids.map((id) => nowMs - (rowOf.get(id)?.received_at.getTime() ?? nowMs)),
      );
    },
    onFailed: async (id, error) => {
      failed.add(id);
      deps.log.error({ err: error, receipt_id: id }, 'a receipt could not be recorded');
      await deadLetter(deps, id, `recording it failed: ${messageOf(error)}`);
    },
  };
  const recordNext = async (): Promise<void> => {
    for (let next = groups.shift(); next !== undefined; next = groups.shift()) {
      await recordShards(batchDeps, next, (id) => groupsOf.get(id) === 1);
    }
  };
  await together(Array.from({ length: GROUPS_AT_ONCE }, recordNext));
  // Those without a parcel in them, and those that no single group could call done.
  const others = understood.filter((id) => groupsOf.get(id) !== 1 && !failed.has(id));
  await markProcessed(deps.db.pipeline, others, deps.clock.nowMs());
  traceDone(others);
  return rows.length;
}

/** Who drains other partitions meanwhile begins elsewhere, so that neither waits for the other's shards. */
function startingAt<Group>([first = 0]: readonly number[], groups: readonly Group[]): Group[] {
  const at = Math.floor((groups.length * first) / PARTITIONS) % Math.max(1, groups.length);
  return [...groups.slice(at), ...groups.slice(0, at)];
}

/** In how many groups each receipt has reports. */
function countGroups(groups: readonly (readonly Addressed[])[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const group of groups) {
    for (const id of new Set(group.map(({ receiptId }) => receiptId))) {
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}

/** Reports by shard, and the receipts that are no dead letters. */
async function understandAll(deps: PipelineDeps, rows: readonly ReceiptRow[], beganMs: number) {
  const byShard = new Map<number, Addressed[]>();
  const understood: string[] = [];
  let found = 0;
  for (const [nr, row] of rows.entries()) {
    if (found >= REPORTS_MAX) break;
    if (nr % UNDERSTOOD_AT_ONCE === 0) await letOthers();
    const reports = await understand(deps, row);
    if (reports === null) {
      traceReceipts([row], { beganMs, endedMs: deps.clock.nowMs(), outcome: 'dead' });
      continue;
    }
    found += reports.length;
    understood.push(row.id);
    for (const each of reports) {
      const known = byShard.get(each.shard);
      if (known === undefined) byShard.set(each.shard, [each]);
      else known.push(each);
    }
  }
  return { byShard, understood };
}

/** Null when the receipt ended as a dead letter. */
async function understand(deps: PipelineDeps, row: ReceiptRow): Promise<Addressed[] | null> {
  try {
    const receipt = openReceipt(row, deps.sealer);
    if (receipt === null) return await deadLetter(deps, row.id, 'its content was erased');
    if (receipt.source === 'internal') {
      const note = readNote(receipt);
      if (note === null) return await deadLetter(deps, row.id, 'it is not one of our notes');
      return [...(await confirmedReports(deps, note)), addressNote(note)];
    }
    const read = interpretWith(deps, receipt);
    if (read.kind === 'dead') return await deadLetter(deps, row.id, read.reason);
    if (read.kind === 'nothing') return [];
    return read.reports.map((ingested) => address(receipt, ingested));
  } catch (error) {
    if (blameOf(error) !== 'entry') throw error;
    deps.log.error({ err: error, receipt_id: row.id }, 'a receipt could not be interpreted');
    return await deadLetter(deps, row.id, `interpreting it failed: ${messageOf(error)}`);
  }
}

function interpretWith(
  { adapter, mapping, forMerchant }: PipelineDeps,
  receipt: Receipt,
): Interpretation {
  const { carrier } = receipt;
  return interpret(receipt, adapter(carrier), mapping(carrier), forMerchant);
}

function address(receipt: Receipt, ingested: IngestedReport): Addressed {
  const { owner } = receipt;
  const { trackingNumber, carrier = receipt.carrier } = ingested.report;
  return {
    shard: shardOf(carrier, trackingNumber),
    carrier,
    trackingNumber,
    receiptId: receipt.id,
    said: {
      kind: 'report',
      report: {
        ...ingested,
        owner: owner && { merchantId: owner.merchantId, mode: owner.mode },
        onlyShipmentId: null,
      },
    },
  };
}

function addressNote(note: Note): Addressed {
  const { carrier, trackingNumber, receiptId } = note;
  const shard = shardOf(carrier, trackingNumber);
  return { shard, carrier, trackingNumber, receiptId, said: { kind: 'note', note } };
}

/**
 * What a confirmed pull had brought, when that still waits in another partition: the confirmation
 * would find nothing to confirm. Ingesting it twice changes nothing.
 */
async function confirmedReports(deps: PipelineDeps, note: Note): Promise<Addressed[]> {
  if (note.kind !== 'pull_confirmed') return [];
  const [row] = await receiptsById(deps.db.pipeline, [note.confirmedReceiptId]);
  if (row === undefined || row.fate !== 'received') return [];
  const receipt = openReceipt(row, deps.sealer);
  if (receipt === null) return [];
  const read = interpretWith(deps, receipt);
  if (read.kind !== 'ingested') return [];
  return read.reports
    .map((ingested) => ({ ...address(receipt, ingested), receiptId: note.receiptId }))
    .filter((each) => each.trackingNumber === note.trackingNumber);
}

async function deadLetter(deps: PipelineDeps, id: string, reason: string): Promise<null> {
  await markDead(deps.db.pipeline, id, reason.slice(0, 1_000), deps.clock.nowMs());
  deps.metrics.deadLetter();
  return null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
