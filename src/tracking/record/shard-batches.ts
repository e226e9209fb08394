import { markProcessed, type ParkedReport, parkReports } from '../../intake/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Database, type Queryable, together } from '../../platform/database/database.ts';
import { blameOf } from '../../platform/database/database-errors.ts';
import { SHARDS, withShards } from '../../platform/event-log/event-log.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import { eraseLate, sortUnclaimed } from '../erasing/late-reports.ts';
import { isWithoutContent } from '../facts/ingest.ts';
import type { Note } from '../facts/note.ts';
import type { AddressedReport } from '../instances/route.ts';
import type { Shipment } from '../shipment.ts';
import { shipmentsByNumber } from '../shipments.sql.ts';
import type { PipelineMetrics } from './pipeline-metrics.ts';
import type { NumberUpdate } from './plan-update.ts';
import type { RecentRecords } from './recent-records.ts';
import { ingestedFacts, type RecordContext, record } from './record.ts';

/** A report or a note, with its number and that number's shard. */
export interface Addressed {
  readonly shard: number;
  readonly carrier: string;
  readonly trackingNumber: string;
  /** The message that contained it, or the note that confirmed the message that contained it. */
  readonly inboundMessageId: string;
  readonly content:
    | { readonly kind: 'report'; readonly report: AddressedReport }
    | { readonly kind: 'note'; readonly note: Note };
}

export interface ShardBatchDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly context: () => RecordContext;
  readonly sealer: EnvelopeSealer;
  readonly clock: Clock;
  readonly recent: RecentRecords;
  readonly metrics: Pick<PipelineMetrics, 'ingested'>;
  /** Called with each message whose reports cannot be recorded. */
  readonly onFailed: (inboundMessageId: string, error: unknown) => Promise<void>;
  /** Called with the messages whose reports in this shard are now visible. */
  readonly onRecorded: (inboundMessageIds: readonly string[]) => void;
}

/** Limit of reports recorded in one transaction, so that its shards are locked for about 100 ms. */
const BATCH_MAX = 250;

/**
 * Combines shards into the groups in which their reports are recorded. Shards with few reports are
 * combined, because a transaction costs about as much as twenty reports; a shard with many is a
 * group by itself.
 */
export function groupShards(
  byShard: ReadonlyMap<number, readonly Addressed[]>,
): (readonly Addressed[])[] {
  const groups: Addressed[][] = [];
  let last: Addressed[] = [];
  for (const [, reports] of [...byShard].sort(([one], [other]) => one - other)) {
    if (last.length === 0 || last.length + reports.length > BATCH_MAX) {
      last = [];
      groups.push(last);
    }
    last.push(...reports);
  }
  return groups;
}

/**
 * Records the reports of some shards, one batch per transaction. A message whose reports are all in
 * these shards (`isOnlyHere`) is marked processed in the transaction that records its last report.
 */
export async function recordShards(
  deps: ShardBatchDeps,
  reports: readonly Addressed[],
  isOnlyHere: (inboundMessageId: string) => boolean,
): Promise<void> {
  for (let at = 0; at < reports.length; at += BATCH_MAX) {
    const batch = reports.slice(at, at + BATCH_MAX);
    const later = inboundMessagesOf(reports.slice(at + BATCH_MAX));
    const done = [...inboundMessagesOf(batch)].filter((id) => !later.has(id));
    try {
      await recordBatch(deps, batch, done.filter(isOnlyHere));
      deps.onRecorded(done);
    } catch (error) {
      if (blameOf(error) !== 'entry') throw error;
      await recordOneByOne(deps, batch, (id) => isOnlyHere(id) && !later.has(id));
    }
  }
}

function inboundMessagesOf(reports: readonly Addressed[]): Set<string> {
  return new Set(reports.map(({ inboundMessageId }) => inboundMessageId));
}

/**
 * Records each message of a batch alone, one shard at a time, so that one that fails does not block
 * the others. Those that fail are reported with `onFailed`.
 */
async function recordOneByOne(
  deps: ShardBatchDeps,
  batch: readonly Addressed[],
  isLast: (inboundMessageId: string) => boolean,
): Promise<void> {
  for (const id of inboundMessagesOf(batch)) {
    const own = batch.filter(({ inboundMessageId }) => inboundMessageId === id);
    const shards = [...new Set(own.map(({ shard }) => shard))];
    let failures = 0;
    for (const [index, shard] of shards.entries()) {
      const isDone = isLast(id) && failures === 0 && index === shards.length - 1;
      const some = own.filter((each) => each.shard === shard);
      try {
        await recordBatch(deps, some, isDone ? [id] : []);
      } catch (error) {
        if (blameOf(error) !== 'entry') throw error;
        failures += 1;
        await deps.onFailed(id, error);
      }
    }
    if (failures === 0 && isLast(id)) deps.onRecorded([id]);
  }
}

/**
 * Records the reports of a batch and marks their inbound messages as processed, in one transaction.
 * Reports without a shipment are parked.
 */
async function recordBatch(
  deps: ShardBatchDeps,
  batch: readonly Addressed[],
  processed: readonly string[],
): Promise<void> {
  const shards = batch.map(({ shard }) => shard);
  const recorded = await withShards(deps.db.pipeline, shards, async (tx) => {
    const numbers = await withShipments(tx, batch);
    const done = new Set(processed);
    const { toPark, toErase } = await sortUnclaimed(tx, numbers.flatMap(unclaimed), (id) =>
      done.has(id),
    );
    const recording = record(tx, deps.context(), numbers);
    await together([markProcessed(tx, processed), parkReports(tx, toPark), recording]);
    await eraseLate(tx, deps.sealer, toErase);
    return await recording;
  });
  for (const { carrier, source, first, facts } of ingestedFacts(recorded)) {
    deps.metrics.ingested(carrier, source, first, facts);
  }
  deps.recent.remember(
    recorded.filter(({ entries, shipment }) => entries.length > 0 && shipment.deletedAtMs === null),
  );
}

type Received = Extract<NumberUpdate, { readonly kind: 'received' }>;

/** Groups the reports by number, with the shipments of each number. */
async function withShipments(tx: Queryable, batch: readonly Addressed[]): Promise<Received[]> {
  const reports = new Map<string, Addressed[]>();
  for (const each of batch) {
    const key = numberOf(each);
    const known = reports.get(key);
    if (known === undefined) reports.set(key, [each]);
    else known.push(each);
  }
  const numbers = [...reports.values()].flatMap(([first]) => first ?? []);
  const shipments = new Map<string, Shipment[]>();
  for (const each of await shipmentsByNumber(tx, numbers)) {
    const known = shipments.get(numberOf(each));
    if (known === undefined) shipments.set(numberOf(each), [each]);
    else known.push(each);
  }
  return numbers.map((number) => ({
    kind: 'received',
    carrier: number.carrier,
    trackingNumber: number.trackingNumber,
    shipments: shipments.get(numberOf(number)) ?? [],
    ...splitByKind(reports.get(numberOf(number)) ?? []),
  }));
}

function numberOf({ carrier, trackingNumber }: Pick<Addressed, 'carrier' | 'trackingNumber'>) {
  return `${carrier}\n${trackingNumber}`;
}

function splitByKind(all: readonly Addressed[]): Pick<Received, 'reports' | 'notes'> {
  return {
    reports: all.flatMap(({ content }) => (content.kind === 'report' ? [content.report] : [])),
    notes: all.flatMap(({ content }) => (content.kind === 'note' ? [content.note] : [])),
  };
}

/**
 * Returns the reports that reach no shipment and wait until somebody registers the number. Empty
 * reports wait too, because nothing else would lead to their message.
 */
function unclaimed({ carrier, trackingNumber, shipments, reports }: Received): ParkedReport[] {
  return reports
    .filter(
      ({ owner, ...ingested }) =>
        isWithoutContent(ingested) ||
        !shipments.some(
          ({ merchantId, mode }) =>
            owner === null || (owner.merchantId === merchantId && owner.mode === mode),
        ),
    )
    .map(({ inboundMessageId, receivedAtMs, owner }) => ({
      carrier,
      trackingNumber,
      inboundMessageId,
      receivedAtMs,
      merchantId: owner?.merchantId ?? null,
      mode: owner?.mode ?? null,
    }));
}

/**
 * Returns the shard of a number: FNV-1a over carrier and number. It is the same in every process
 * and release; another function would move the stored history.
 */
export function shardOf(carrier: string, trackingNumber: string): number {
  const text = `${carrier}\n${trackingNumber}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0) % SHARDS;
}
