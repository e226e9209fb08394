import { PARTITIONS } from '../../intake/index.ts';
import { withAdvisoryLocks } from '../../platform/database/advisory-lock.ts';
import { isDatabaseUnavailable } from '../../platform/database/database-errors.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { drainPartitions, type PipelineDeps } from './pipeline.ts';

/**
 * Drains the inbox's partitions for as long as it runs. A partition is one worker's at a time, by an
 * advisory lock that dies with its connection, so any number of processes share the work and a
 * dead one is replaced at once.
 */
export interface InboxWorker {
  /** Something was stored; look now. */
  wake(): void;
  /** Resolves when every partition was found empty after the call. For tests and for stopping. */
  idle(): Promise<void>;
  /** Finishes what is under way and stops. */
  stop(): Promise<void>;
}

export interface InboxWorkerOptions {
  readonly pipeline: PipelineDeps;
  /** Batches at once: one computes while another waits for the database. */
  readonly concurrency?: number;
}

/**
 * Drains one batch of these partitions.
 * @returns how many receipts it found; null when another worker has all of the partitions.
 */
export type DrainPartitions = (partitions: readonly number[]) => Promise<number | null>;

export interface LaneWorkerOptions {
  readonly drain: DrainPartitions;
  readonly concurrency: number;
  readonly log: Pick<Logger, 'debug' | 'warn'>;
}

/** Looks by itself this often: a wake-up lost with a connection costs at most this. */
const LOOK_EVERY_MS = 1_000;
const RETRY_AFTER_MS = 500;
const LANE_LOCK_CLASS = 0x5742_0002;
const ALL_LANES = Array.from({ length: PARTITIONS }, (_, partition) => partition);

export function startInboxWorker({ pipeline, concurrency = 2 }: InboxWorkerOptions): InboxWorker {
  const drain: DrainPartitions = (keys) =>
    withAdvisoryLocks(pipeline.db.pipeline, { lockClass: LANE_LOCK_CLASS, keys }, (taken) =>
      drainPartitions(pipeline, taken),
    );
  return startLaneWorker({ drain, concurrency, log: pipeline.log });
}

/** When to drain which partitions, whatever draining is. */
export function startLaneWorker({ drain, concurrency, log }: LaneWorkerOptions): InboxWorker {
  /** Each of several workers gets its share, and each batch is as full as it can be. */
  const lanesAtOnce = Math.ceil(PARTITIONS / concurrency);
  let stopping = false;
  /** Lanes to look at. One that is being drained stays here until that is over: what was stored
   * after it was read would otherwise wait for the next look. */
  let pending = new Set(ALL_LANES);
  const busy = new Set<number>();
  let running = 0;
  let waiters: (() => void)[] = [];
  let retry: NodeJS.Timeout | null = null;

  function pump(): void {
    while (!stopping && running < concurrency) {
      const partitions = [...pending]
        .filter((partition) => !busy.has(partition))
        .slice(0, lanesAtOnce);
      if (partitions.length === 0) break;
      for (const partition of partitions) {
        pending.delete(partition);
        busy.add(partition);
      }
      running += 1;
      void work(partitions).finally(() => {
        for (const partition of partitions) busy.delete(partition);
        running -= 1;
        pump();
      });
    }
    if (running === 0 && (pending.size === 0 || stopping)) {
      for (const resolve of waiters) resolve();
      waiters = [];
    }
  }

  async function work(partitions: readonly number[]): Promise<void> {
    try {
      const found = await drain(partitions);
      if (found !== null && found > 0) for (const partition of partitions) pending.add(partition);
    } catch (error) {
      // That the database is away is said once, by those who watch it, not with each try.
      const level = isDatabaseUnavailable(error) ? 'debug' : 'warn';
      log[level]({ err: error, partitions }, 'the inbox could not be drained; trying again');
      scheduleRetry();
    }
  }

  function scheduleRetry(): void {
    if (retry !== null || stopping) return;
    retry = setTimeout(() => {
      retry = null;
      wake();
    }, RETRY_AFTER_MS);
  }

  function wake(): void {
    pending = new Set(ALL_LANES);
    pump();
  }

  const ticker = setInterval(wake, LOOK_EVERY_MS);
  pump();
  return {
    wake,
    idle() {
      wake();
      return new Promise((resolve) => {
        waiters.push(resolve);
        pump();
      });
    },
    stop() {
      stopping = true;
      clearInterval(ticker);
      if (retry !== null) clearTimeout(retry);
      return new Promise((resolve) => {
        waiters.push(resolve);
        pump();
      });
    },
  };
}
