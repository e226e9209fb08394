import { setImmediate as letOthers } from 'node:timers/promises';
import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import {
  BULK_PARTITION,
  type InboundMessage,
  type InboundMessageRow,
  inboundMessagesById,
  isPostponed,
  isWaiting,
  markDead,
  markProcessed,
  openInboundMessage,
  PARTITIONS,
  postponeInboundMessages,
  waitingInboundMessages,
} from '../../intake/index.ts';
import type { Mapping } from '../../normalization/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Database, together } from '../../platform/database/database.ts';
import { blameOf } from '../../platform/database/database-errors.ts';
import {
  type ClusterWorkers,
  clusterWorkersOf,
} from '../../platform/distribution/cluster-workers.sql.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type { IngestedReport } from '../facts/ingested-report.ts';
import { type Note, readNote } from '../facts/note.ts';
import {
  type CarrierOfCode,
  type ForMerchant,
  type Interpretation,
  interpret,
} from './interpret.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';
import type { RecentRecords } from './recent-records.ts';
import type { RecordContext } from './record.ts';
import { type Addressed, recordShards, type ShardBatchDeps, shardOf } from './shard-batches.ts';
import { traceInboundMessages } from './trace-messages.ts';
import { groupReports, type ReportGroup } from './worker-groups.ts';

/**
 * From inbound message to state, in these steps:
 * 1. Take the oldest waiting messages of some partitions and open them.
 * 2. Interpret each: parse it and read its codes (pure). Unreadable ones become dead letters.
 * 3. Group the reports by shard, and combine shards with few reports; on a cluster, by worker first.
 * 4. For each group, in one transaction: lock, find the shipments, record, and park reports without
 *    a registration. Messages that are in this group only are marked processed here, the others at
 *    the end. Those with parcels of a worker that is away are postponed.
 *
 * Everything can be repeated: facts are sets, so a message that is processed twice after a crash
 * changes nothing.
 */
export interface PipelineDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly sealer: EnvelopeSealer;
  readonly adapter: (carrier: string) => CarrierAdapter | null;
  readonly mapping: (carrier: string) => Mapping | null;
  readonly forMerchant?: ForMerchant;
  readonly carrierOf: CarrierOfCode;
  readonly context: () => RecordContext;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: PipelineMetrics;
  readonly recent: RecentRecords;
}

/**
 * Messages per batch: under load about two dozen per shard, because a transaction costs about as
 * much as the content of twenty messages.
 */
const TAKE_MAX = 1_600;
/**
 * Messages per batch of the bulk partition, about 4,000 scans: other messages that arrive meanwhile
 * are delayed by less than a second.
 */
const TAKE_OF_BULK_MAX = 20;
/**
 * Limit of reports per batch: a message of scans has hundreds of parcels, and each report takes a
 * kilobyte of memory. The messages beyond this limit are taken next.
 */
const REPORTS_MAX = 20_000;
/**
 * Messages interpreted before yielding to the event loop, so that a push waits at most a few ms.
 */
const INTERPRETED_AT_ONCE = 20;
/** Number of groups recorded at once: one computes while the others wait for the database. */
const GROUPS_AT_ONCE = 3;

/**
 * Processes one batch of some partitions. Several partitions at once make fuller batches, because
 * each shard is written once for all of them. Returns how many messages it found: 0 means that the
 * partitions are empty, or postponed as before.
 */
export async function drainPartitions(
  deps: PipelineDeps,
  partitions: readonly number[],
): Promise<number> {
  const rows = await waitingInboundMessages(
    deps.db.pipeline,
    partitions,
    partitions.includes(BULK_PARTITION)
      ? TAKE_OF_BULK_MAX
      : Math.ceil(TAKE_MAX / partitions.length),
  );
  if (rows.length === 0) return 0;
  const beganMs = deps.clock.nowMs();
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const { byShard, usable } = await interpretAll(deps, rows, beganMs);
  const workers = clusterWorkersOf(deps.db.pipeline);
  const placing = { db: deps.db.pipeline, workers };
  const groups = rotated(partitions, await groupReports(placing, byShard));
  const groupsOf = countGroups(groups);
  const failed = new Set<string>();
  /** The worker that each postponed message waits for. */
  const postponed = new Map<string, number>();
  const traceDone = (ids: readonly string[]): void => {
    const done = ids.flatMap((id) => rowOf.get(id) ?? []);
    traceInboundMessages(done, { beganMs, endedMs: deps.clock.nowMs(), outcome: 'processed' });
  };
  const batchDeps: ShardBatchDeps = {
    ...deps,
    onRecorded: (ids) => {
      traceDone(ids.filter((id) => groupsOf.get(id) === 1));
      // Bulk messages wait on purpose and would hide the delay of the others in the metric.
      if (partitions.includes(BULK_PARTITION)) return;
      const nowMs = deps.clock.nowMs();
      deps.metrics.processed(ids.map((id) => nowMs - (rowOf.get(id)?.receivedAtMs ?? nowMs)));
    },
    onFailed: async (id, error) => {
      failed.add(id);
      deps.log.error(
        { err: error, inbound_message_id: id },
        'an inbound message could not be recorded',
      );
      await deadLetter(deps, id, `recording it failed: ${messageOf(error)}`);
    },
  };
  const recordNext = async (): Promise<void> => {
    for (let next = groups.shift(); next !== undefined; next = groups.shift()) {
      const { reports, workers: of } = next;
      const awaited = await recordUnlessAway(of, workers, () =>
        recordShards(batchDeps, reports, (id) => groupsOf.get(id) === 1),
      );
      if (awaited === null) continue;
      for (const { inboundMessageId } of reports) postponed.set(inboundMessageId, awaited);
    }
  };
  await together(Array.from({ length: GROUPS_AT_ONCE }, recordNext));
  // Messages without a parcel, and those that no single group could mark as processed.
  const others = usable.filter(
    (id) => groupsOf.get(id) !== 1 && !failed.has(id) && !postponed.has(id),
  );
  await markProcessed(deps.db.pipeline, others);
  traceDone(others);
  await postponeInboundMessages(deps.db.pipeline, postponed);
  return partitions.some(isPostponed) ? rows.length - postponed.size : rows.length;
}

/**
 * Records a group unless one of its workers is away, or turns out to be; returns that worker, or
 * null if the group was recorded.
 */
async function recordUnlessAway(
  of: readonly number[],
  workers: ClusterWorkers,
  recordGroup: () => Promise<void>,
): Promise<number | null> {
  const awaited = () => of.find((worker) => workers.away.has(worker)) ?? null;
  if (awaited() !== null) return awaited();
  try {
    await recordGroup();
    return null;
  } catch (error) {
    const worker = (await workers.blames(error)) ? awaited() : null;
    if (worker === null) throw error;
    return worker;
  }
}

/**
 * Rotates the list of groups, by the worker's first partition: so workers start at different groups
 * and do not wait for each other's shards.
 */
function rotated<Group>([first = 0]: readonly number[], groups: readonly Group[]): Group[] {
  const at = Math.floor((groups.length * first) / PARTITIONS) % Math.max(1, groups.length);
  return [...groups.slice(at), ...groups.slice(0, at)];
}

/** Returns the number of groups in which each message has reports. */
function countGroups(groups: readonly ReportGroup[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { reports } of groups) {
    for (const id of new Set(reports.map(({ inboundMessageId }) => inboundMessageId))) {
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}

/**
 * Interprets messages; returns the reports by shard, and the messages that are not dead letters.
 */
async function interpretAll(
  deps: PipelineDeps,
  rows: readonly InboundMessageRow[],
  beganMs: number,
) {
  const byShard = new Map<number, Addressed[]>();
  const usable: string[] = [];
  let found = 0;
  for (const [index, row] of rows.entries()) {
    if (found >= REPORTS_MAX) break;
    if (index % INTERPRETED_AT_ONCE === 0) await letOthers();
    const reports = await interpretOne(deps, row);
    if (reports === null) {
      traceInboundMessages([row], { beganMs, endedMs: deps.clock.nowMs(), outcome: 'dead' });
      continue;
    }
    found += reports.length;
    usable.push(row.id);
    for (const each of reports) {
      const known = byShard.get(each.shard);
      if (known === undefined) byShard.set(each.shard, [each]);
      else known.push(each);
    }
  }
  return { byShard, usable };
}

/** Interprets one message and returns its reports or note; null when it became a dead letter. */
async function interpretOne(
  deps: PipelineDeps,
  row: InboundMessageRow,
): Promise<Addressed[] | null> {
  try {
    const inboundMessage = openInboundMessage(row, deps.sealer);
    if (inboundMessage === null) return await deadLetter(deps, row.id, 'its content was erased');
    if (inboundMessage.source === 'internal') {
      const note = readNote(inboundMessage);
      if (note === null) return await deadLetter(deps, row.id, 'it is not one of our notes');
      return [...(await confirmedReports(deps, note)), addressNote(note)];
    }
    const read = interpretWith(deps, inboundMessage);
    if (read.kind === 'dead') return await deadLetter(deps, row.id, read.reason);
    if (read.kind === 'nothing') return [];
    return read.reports.map((ingested) => address(inboundMessage, ingested));
  } catch (error) {
    if (blameOf(error) !== 'entry') throw error;
    deps.log.error(
      { err: error, inbound_message_id: row.id },
      'an inbound message could not be interpreted',
    );
    return await deadLetter(deps, row.id, `interpreting it failed: ${messageOf(error)}`);
  }
}

function interpretWith(
  { adapter, mapping, forMerchant, carrierOf }: PipelineDeps,
  inboundMessage: InboundMessage,
): Interpretation {
  const { carrier } = inboundMessage;
  const look = { forMerchant, carrierOf };
  return interpret(inboundMessage, adapter(carrier), mapping(carrier), look);
}

/** Returns a report with the shard, carrier and number that it is about. */
function address(inboundMessage: InboundMessage, ingested: IngestedReport): Addressed {
  const { owner } = inboundMessage;
  const { trackingNumber, carrier = inboundMessage.carrier } = ingested.report;
  return {
    shard: shardOf(carrier, trackingNumber),
    carrier,
    trackingNumber,
    inboundMessageId: inboundMessage.id,
    content: {
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
  const { carrier, trackingNumber, inboundMessageId } = note;
  const shard = shardOf(carrier, trackingNumber);
  return { shard, carrier, trackingNumber, inboundMessageId, content: { kind: 'note', note } };
}

/**
 * Returns the reports of a confirmed pull that still waits in another partition. Without them the
 * confirmation would find nothing to confirm. Ingesting them twice changes nothing.
 */
async function confirmedReports(deps: PipelineDeps, note: Note): Promise<Addressed[]> {
  if (note.kind !== 'pull_confirmed') return [];
  const confirmed = note.confirmedInboundMessageId;
  if (!(await isWaiting(deps.db.pipeline, confirmed))) return [];
  const [row] = await inboundMessagesById(deps.db.pipeline, [confirmed]);
  if (row === undefined) return [];
  const inboundMessage = openInboundMessage(row, deps.sealer);
  if (inboundMessage === null) return [];
  const read = interpretWith(deps, inboundMessage);
  if (read.kind !== 'ingested') return [];
  return read.reports
    .map((ingested) => ({
      ...address(inboundMessage, ingested),
      inboundMessageId: note.inboundMessageId,
    }))
    .filter((each) => each.trackingNumber === note.trackingNumber);
}

/** Marks a message as dead, and counts that. */
async function deadLetter(deps: PipelineDeps, id: string, reason: string): Promise<null> {
  await markDead(deps.db.pipeline, id, reason.slice(0, 1_000), deps.clock.nowMs());
  deps.metrics.deadLetter();
  return null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
