import { uuidV7 } from '../kernel/ids.ts';
import type { Mode } from '../kernel/tenant.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database, Queryable } from '../platform/database/database.ts';
import { blameOf } from '../platform/database/database-errors.ts';
import type { EnvelopeSealer } from '../platform/sealing/sealing.ts';
import { createGroupCommit, type GroupCommit } from '../platform/work/group-commit.ts';
import {
  BULK_PARTITION,
  type InboundMessage,
  type NewInboundMessage,
  PARTITIONS,
  SHOP_PARTITION,
} from './inbound-message.ts';
import {
  type InboundMessageInsert,
  type InboundMessageRow,
  insertInboundMessages,
} from './inbound-messages.sql.ts';
import { compressContent, packContent, unpackContent } from './pack-content.ts';

/** Limit of inbound messages in one insert: a bigger batch commits no faster. */
const BATCH_MAX = 256;
/**
 * Number of inserts in progress at once. Two keep the disk busy while the next batch is collected;
 * more only make batches smaller.
 */
const FLUSHES_MAX = 2;
/**
 * An insert of fewer than `enough` messages begins only `ms` after the previous one. At 1,000 pushes
 * a second, an insert then has about five messages, not one or two.
 */
const BATCHING = { ms: 5, enough: 16 };
/**
 * Once this many messages are waiting, new ones are stored uncompressed for a while: senders of a
 * flood would wait for the compression (docs/benchmarks.md, ingest).
 */
const FLOOD = { waiting: 16, ms: 250 };
/**
 * Limit of inbound messages in memory: a few MiB at 1 KiB each, and less than a second of full
 * load.
 */
const PENDING_MAX = 4096;

export interface Inbox {
  /**
   * Stores an inbound message. Resolves with its id once it is on disk. Rejects with `Overloaded`,
   * or as the database did.
   */
  store(inboundMessage: NewInboundMessage): Promise<string>;
  /**
   * Stores inbound messages in the caller's transaction, so that they and the caller's own rows are
   * committed together or not at all. Returns their ids in the given order. The caller announces
   * them after its commit: a worker that wakes up earlier finds nothing.
   */
  storeWithin(tx: Queryable, inboundMessages: readonly NewInboundMessage[]): Promise<string[]>;
  /** Notifies the workers that something was stored. */
  announce(): void;
  /** Adds a listener that is called after each commit; it should combine close calls. */
  onStored(listener: () => void): void;
  drained(): Promise<void>;
  /** Returns how long the oldest message that is in no insert yet has waited, in ms. */
  unwrittenMs(): number;
  /** Returns how many messages wait for an insert, or for the end of one. */
  unwritten(): number;
}

interface InboxDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly sealer: EnvelopeSealer;
  readonly clock: Clock;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Called with the reason why inbound messages were refused. */
  readonly onRefused?: (error: unknown) => void;
}

export function createInbox(deps: InboxDeps): Inbox {
  const listeners: (() => void)[] = [];
  const announce = () => {
    for (const listener of listeners) listener();
  };
  const group: GroupCommit<InboundMessageInsert> = createGroupCommit({
    flush: async (rows) => {
      await insertInboundMessages(deps.db.pipeline, rows).catch((error: unknown) => {
        deps.onRefused?.(error);
        throw error;
      });
      announce();
    },
    batchMax: BATCH_MAX,
    concurrency: FLUSHES_MAX,
    pendingMax: PENDING_MAX,
    mayBeItsItems: (error) => blameOf(error) === 'entry',
    nowMs: () => deps.clock.nowMs(),
    gathers: BATCHING,
  });
  let floodUntilMs = Number.NEGATIVE_INFINITY;
  return {
    async store(inboundMessage) {
      const nowMs = deps.clock.nowMs();
      // Each commit empties the queue for a moment, in a flood too.
      if (group.pending >= FLOOD.waiting) floodUntilMs = nowMs + FLOOD.ms;
      // A message of scans has up to a hundred of them: sealing and writing it uncompressed costs more.
      const compress = inboundMessage.source === 'scan' || nowMs >= floodUntilMs;
      const row = sealedRow(inboundMessage, deps, compress);
      await group.add(row);
      return row.id;
    },
    async storeWithin(tx, inboundMessages) {
      const rows = inboundMessages.map((inboundMessage) => sealedRow(inboundMessage, deps, true));
      if (rows.length > 0) await insertInboundMessages(tx, rows);
      return rows.map(({ id }) => id);
    },
    announce,
    onStored(listener) {
      listeners.push(listener);
    },
    drained: () => group.drained(),
    unwritten: () => group.pending,
    unwrittenMs() {
      const since = group.waitingSinceMs;
      return since === null ? 0 : deps.clock.nowMs() - since;
    },
  };
}

/** Takes `deps` as they are: a copy for each push would cost 3 % of the hub's processor time. */
function sealedRow(
  inboundMessage: NewInboundMessage,
  { clock, randomBytes, sealer }: InboxDeps,
  compress: boolean,
): InboundMessageInsert {
  const receivedAtMs = clock.nowMs();
  const random = randomBytes(10);
  const content = packContent(inboundMessage.headers, inboundMessage.body);
  const { sealed, dataKey } = sealer.seal(
    compress ? compressContent(inboundMessage.carrier, content) : content,
  );
  return {
    id: uuidV7(receivedAtMs, random),
    receivedAtMs,
    kind: inboundMessage.kind ?? 'carrier',
    source: inboundMessage.source,
    carrier: inboundMessage.carrier,
    accountId: inboundMessage.owner?.accountId ?? null,
    merchantId: inboundMessage.owner?.merchantId ?? null,
    mode: inboundMessage.owner?.mode ?? null,
    trust: inboundMessage.trust,
    partition: partitionOf(inboundMessage, random[9] ?? 0),
    content: sealed,
    dataKey,
  };
}

function partitionOf({ kind, bulk }: NewInboundMessage, random: number): number {
  if (kind === 'shop') return SHOP_PARTITION;
  return bulk === true ? BULK_PARTITION : random % PARTITIONS;
}

/**
 * Opens a stored inbound message; null when its key was destroyed, so that nothing of it can be
 * read.
 */
export function openInboundMessage(
  row: InboundMessageRow,
  sealer: EnvelopeSealer,
): InboundMessage | null {
  if (row.dataKey === null) return null;
  const { headers, body } = unpackContent(row.carrier, sealer.open(row.content, row.dataKey));
  return {
    id: row.id,
    receivedAtMs: row.receivedAtMs,
    source: row.source as InboundMessage['source'],
    carrier: row.carrier,
    owner:
      row.merchantId !== null && row.mode !== null
        ? { accountId: row.accountId, merchantId: row.merchantId, mode: row.mode as Mode }
        : null,
    trust: row.trust as InboundMessage['trust'],
    headers,
    body,
  };
}
