import { BULK_PARTITION, PARTITIONS, postponedPartitions } from '../../intake/index.ts';
import { withAdvisoryLocks } from '../../platform/database/advisory-lock.ts';
import { isDatabaseUnavailable } from '../../platform/database/database-errors.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { startLoop } from '../../platform/work/loop.ts';
import { startTurns } from '../../platform/work/turns.ts';
import { drainPartitions, type PipelineDeps } from './pipeline.ts';

/**
 * Processes the messages of the inbox's partitions until it is stopped. A partition belongs to one
 * worker at a time, by an advisory lock that ends with its connection, so any number of processes
 * share the work and another takes over at once when one dies.
 */
export interface InboxWorker {
  /** Makes the worker check now, because a message was stored. */
  wake(): void;
  /** Whether a batch takes so long that the delay of new messages becomes noticeable. */
  readonly isBehind: boolean;
  /** Resolves when every partition was found empty after the call. For tests and for stopping. */
  idle(): Promise<void>;
  /** Finishes work in progress and stops. */
  stop(): Promise<void>;
}

interface InboxWorkerOptions {
  readonly pipeline: PipelineDeps;
  /** Number of batches at once: one computes while another waits for the database. */
  readonly concurrency?: number;
  /**
   * Returns false while other work takes precedence over the bulk partition. By default it never
   * does.
   */
  readonly mayTakeBulk?: () => boolean;
}

/**
 * Processes one batch of these partitions.
 *
 * @returns the number of messages found; null when other workers have all of the partitions.
 */
export type DrainPartitions = (partitions: readonly number[]) => Promise<number | null>;

interface PartitionWorkerOptions {
  readonly drain: DrainPartitions;
  /** Returns the partitions of postponed messages, which are tried at checks; absent: none. */
  readonly postponed?: () => Promise<readonly number[]>;
  readonly concurrency: number;
  readonly log: Pick<Logger, 'debug' | 'warn'>;
  readonly mayTakeBulk?: () => boolean;
  /** Monotonic milliseconds. */
  readonly monotonicMs?: () => number;
}

/**
 * Interval at which the worker checks by itself, so that a lost wake-up delays messages by at most
 * this.
 */
const CHECK_EVERY_MS = 1_000;
const RETRY_AFTER_MS = 500;
const PARTITION_LOCK_CLASS = 0x5742_0002;
/** How often the bulk partition gets one small batch, whatever the load. */
const BULK_EVERY_MS = 2_000;
const BEHIND_MS = 1_000;
const ALL_PARTITIONS = Array.from({ length: PARTITIONS }, (_, partition) => partition);

/**
 * Starts processing the inbox with the pipeline; advisory locks divide the partitions among
 * processes.
 */
export function startInboxWorker({
  pipeline,
  concurrency = 2,
  mayTakeBulk = () => true,
}: InboxWorkerOptions): InboxWorker {
  const drain: DrainPartitions = (keys) =>
    withAdvisoryLocks(pipeline.db.pipeline, { lockClass: PARTITION_LOCK_CLASS, keys }, (locked) =>
      drainPartitions(pipeline, locked),
    );
  const postponed = () => postponedPartitions(pipeline.db.pipeline);
  return startPartitionWorker({ drain, postponed, concurrency, mayTakeBulk, log: pipeline.log });
}

/**
 * Calls `drain` with partitions that may have messages: after `wake`, at intervals, and again while
 * it finds any. The bulk partition has its turn while the others are idle, or every
 * `BULK_EVERY_MS`.
 */
export function startPartitionWorker(options: PartitionWorkerOptions): InboxWorker {
  const { drain, postponed, concurrency, log, mayTakeBulk = () => true } = options;
  const { monotonicMs = () => performance.now() } = options;
  const onFailure = (err: unknown, partitions: readonly number[]) => {
    // An outage is logged once, where the database is monitored; each failed attempt is only a
    // debug line.
    const level = isDatabaseUnavailable(err) ? 'debug' : 'warn';
    log[level]({ err, partitions }, 'the inbox could not be processed; retrying');
    loop.wake(RETRY_AFTER_MS);
  };
  const begunAtMs = new Set<number>();
  let lastTookMs = 0;
  const turns = startTurns<number>({
    runsMax: concurrency,
    // Each of several workers gets its share, and each batch is as full as possible.
    keysPerRunMax: Math.ceil(PARTITIONS / concurrency),
    async work(partitions) {
      const begunMs = monotonicMs();
      begunAtMs.add(begunMs);
      const found = await drain(partitions).finally(() => {
        begunAtMs.delete(begunMs);
        lastTookMs = monotonicMs() - begunMs;
      });
      if (found !== null && found > 0) turns.request(partitions);
      // Only after this run is no longer counted as busy.
      setImmediate(requestBulk);
    },
    onFailure,
  });
  let bulkAtMs = Number.NEGATIVE_INFINITY;
  const bulk = startTurns<number>({
    runsMax: 1,
    fits: () =>
      mayTakeBulk() && (turns.busy.size === 0 || monotonicMs() - bulkAtMs >= BULK_EVERY_MS),
    async work(partitions) {
      const found = await drain(partitions).finally(() => {
        bulkAtMs = monotonicMs();
      });
      if (found !== null && found > 0) bulk.request(partitions);
    },
    onFailure,
  });
  const requestBulk = () => bulk.request([BULK_PARTITION]);
  const requestAll = () => {
    turns.request(ALL_PARTITIONS);
    requestBulk();
  };
  // Apart, so that those of a worker that hangs delay no others.
  const again = startTurns<number>({
    runsMax: 1,
    async work(partitions) {
      const found = await drain(partitions);
      if (found !== null && found > 0) again.request(partitions);
    },
    onFailure,
  });
  const loop = startLoop({
    async run() {
      requestAll();
      if (postponed !== undefined) again.request(await postponed());
    },
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) => log.warn({ err }, 'the inbox could not be checked'),
  });
  requestAll();
  return {
    wake: requestAll,
    get isBehind() {
      const [oldestMs = Number.POSITIVE_INFINITY] = begunAtMs;
      return lastTookMs >= BEHIND_MS || monotonicMs() - oldestMs >= BEHIND_MS;
    },
    async idle() {
      turns.request(ALL_PARTITIONS);
      do {
        await turns.drained();
        requestBulk();
        await bulk.drained();
        if (postponed !== undefined) again.request(await postponed());
        await again.drained();
      } while (turns.busy.size > 0);
    },
    async stop() {
      await loop.stop();
      await Promise.all([turns.stop(), bulk.stop(), again.stop()]);
    },
  };
}
