import type { Database } from '../platform/database.ts';
import {
  advanceCursor,
  type LogEntry,
  logHeads,
  readCursors,
  readLog,
  SHARDS,
} from '../platform/event-log.ts';
import type { Logger } from '../platform/log.ts';

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

export async function startConsumer(options: ConsumerOptions): Promise<Consumer> {
  const { db, name, log } = options;
  const batchMax = options.batchMax ?? BATCH_MAX;
  const cursors = await readCursors(db.pipeline, name);
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

  /** True when there may be more. */
  async function step(shard: number): Promise<boolean> {
    const entries = await readLog(db.pipeline, shard, cursors.get(shard) ?? 0n, batchMax);
    const last = entries.at(-1);
    if (last === undefined) return false;
    await options.handle(entries);
    await advanceCursor(db.pipeline, name, shard, last.position);
    cursors.set(shard, last.position);
    return entries.length === batchMax;
  }

  function wake(shard: number | null): void {
    if (shard === null) for (let each = 0; each < SHARDS; each += 1) pending.add(each);
    else pending.add(shard);
    if (running !== null || stopping) return;
    running = run().finally(() => {
      running = null;
      if (pending.size > 0 && !stopping) wake([...pending][0] ?? null);
    });
  }

  async function wakeThoseBehind(): Promise<void> {
    for (const [shard, head] of await logHeads(db.pipeline)) {
      if (head > (cursors.get(shard) ?? 0n)) wake(shard);
    }
  }

  const ticker = setInterval(() => {
    wakeThoseBehind().catch((error: unknown) => {
      log.warn({ err: error, consumer: name }, 'the log could not be looked at');
    });
  }, LOOK_EVERY_MS);
  wake(null);
  return {
    wake,
    async idle() {
      wake(null);
      while (running !== null) await running;
    },
    async stop() {
      stopping = true;
      clearInterval(ticker);
      await running;
    },
    async lag() {
      const heads = await logHeads(db.pipeline);
      let behind = 0;
      for (const [shard, head] of heads) {
        if (head > (cursors.get(shard) ?? 0n)) behind += Number(head - (cursors.get(shard) ?? 0n));
      }
      return behind;
    },
  };
}
