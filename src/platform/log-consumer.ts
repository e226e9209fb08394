import { withAdvisoryLocks } from './advisory-lock.ts';
import type { Database } from './database.ts';
import {
  advanceCursor,
  type LogEntry,
  logLag,
  readCursor,
  readLog,
  SHARDS,
  shardsBehind,
} from './event-log.ts';
import type { Logger } from './log.ts';

/**
 * A durable reader of the event log. Entries of a shard are handed over in order, a batch at a
 * time; the cursor moves only after `handle` resolved, so each entry is handled at least once and
 * a handler must be idempotent. A shard that fails is tried again and holds back no other.
 */
export interface Consumer {
  /** Something was appended to that shard (null: look at all of them). */
  wake(shard: number | null): void;
  /** Resolves when all shards were found at their end after the call. */
  idle(): Promise<void>;
  stop(): Promise<void>;
  /** Entries not yet handled, over all shards. */
  lag(): Promise<number>;
}

export interface ConsumerOptions {
  readonly name: string;
  readonly db: Pick<Database, 'pipeline'>;
  readonly log: Logger;
  readonly handle: (entries: readonly LogEntry[]) => Promise<void>;
  readonly batchMax?: number;
}

/** Looks by itself this often: a wake-up lost with a connection costs at most this. */
const LOOK_EVERY_MS = 1_000;
const BATCH_MAX = 200;

const CONSUMER_LOCK_CLASS = 0x5742_0003;

export function startConsumer(options: ConsumerOptions): Consumer {
  const { db, name, log } = options;
  const batchMax = options.batchMax ?? BATCH_MAX;
  const pending = new Set<number>();
  let stopping = false;
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    for (let [shard] = pending; shard !== undefined && !stopping; [shard] = pending) {
      pending.delete(shard);
      try {
        if (await step(shard)) pending.add(shard);
      } catch (error) {
        log.warn({ err: error, consumer: name, shard }, 'a batch failed and will be tried again');
      }
    }
  }

  /** True when there may be more. One process at a time follows a shard for this consumer. */
  async function step(shard: number): Promise<boolean> {
    const lock = { lockClass: CONSUMER_LOCK_CLASS, keys: [lockKey(name, shard)] };
    const more = await withAdvisoryLocks(db.pipeline, lock, async () => {
      const position = await readCursor(db.pipeline, name, shard);
      const entries = await readLog(db.pipeline, shard, position, batchMax);
      const last = entries.at(-1);
      if (last === undefined) return false;
      await options.handle(entries);
      await advanceCursor(db.pipeline, name, shard, last.position);
      return entries.length === batchMax;
    });
    return more ?? false;
  }

  function follow(shards: Iterable<number>): void {
    for (const shard of shards) pending.add(shard);
    if (running !== null || stopping || pending.size === 0) return;
    running = run().finally(() => {
      running = null;
      follow([]);
    });
  }

  async function lookEverywhere(): Promise<void> {
    follow(await shardsBehind(db.pipeline, name));
  }

  function look(): void {
    lookEverywhere().catch((error: unknown) => {
      log.debug({ err: error, consumer: name }, 'the log could not be looked at');
    });
  }

  const ticker = setInterval(look, LOOK_EVERY_MS);
  look();
  return {
    wake(shard) {
      if (shard === null) look();
      else follow([shard]);
    },
    async idle() {
      await lookEverywhere();
      while (running !== null) await running;
    },
    async stop() {
      stopping = true;
      clearInterval(ticker);
      await running;
    },
    lag: () => logLag(db.pipeline, name),
  };
}

/** One 31-bit key for a consumer and a shard: FNV-1a of the name above six bits of shard. */
function lockKey(name: string, shard: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  return (hash & 0x1ff_ffff) * SHARDS + shard;
}
