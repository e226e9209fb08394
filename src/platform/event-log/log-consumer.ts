import { withAdvisoryLocks } from '../database/advisory-lock.ts';
import { blameOf } from '../database/blame.ts';
import type { Database } from '../database/database.ts';
import type { Logger } from '../observability/log.ts';
import {
  deadEntryId,
  entriesWantedAgain,
  forgetDeadEntries,
  isWantedAgain,
  keepDead,
  passOver,
} from './dead-entries.ts';
import {
  advanceCursor,
  advanceCursors,
  beginAtHeads,
  type LogEntry,
  logLag,
  readLogBehind,
  SHARDS,
  shardsBehind,
} from './event-log.ts';

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

export interface ConsumerOptions<Event> {
  readonly name: string;
  readonly db: Pick<Database, 'pipeline'>;
  readonly log: Logger;
  /** What an entry means to whoever handles it: each is read once. What throws here throws in `handle`. */
  readonly read: (entry: LogEntry) => Event;
  readonly handle: (events: readonly Event[]) => Promise<void>;
  readonly batchMax?: number;
  /** Shards followed at once; more for whoever waits for the database most of the time. Default: 1. */
  readonly shardsAtOnce?: number;
  /**
   * Shards handed over together where many have something new, at most `batchMax` entries of all: for
   * whoever's work costs less in one piece. When that fails each is tried by itself. Default: 1.
   */
  readonly shardsTogether?: number;
  /**
   * Where one begins that the database has never seen: `newest` for whoever tells people or machines
   * of what happens, to whom the past of an installation is no news. Default: `oldest`.
   */
  readonly beginsAt?: 'oldest' | 'newest';
  /**
   * An entry that still throws after some tries is kept aside (platform/dead-entries.ts) and passed
   * over: for whoever would rather miss one than hear of nothing after it. Without it a shard waits
   * for as long as it takes, which is right where order or completeness is the promise.
   */
  readonly passesOver?: boolean;
}

/** Looks by itself this often: a wake-up lost with a connection costs at most this. */
const LOOK_EVERY_MS = 1_000;
const BATCH_MAX = 200;
/** Half a minute at one try a look: what the restart of something that a handler needs takes. */
export const TRIES_MAX = 30;
/** Entries handled once more at one look; the others come with the next. */
const AGAIN_MAX = 20;

const CONSUMER_LOCK_CLASS = 0x5742_0003;

export function startConsumer<Event>(options: ConsumerOptions<Event>): Consumer {
  const { db, name, log, read } = options;
  const batchMax = options.batchMax ?? BATCH_MAX;
  let begun = options.beginsAt !== 'newest';
  const { shardsAtOnce = 1, shardsTogether = 1 } = options;
  const pending = new Set<number>();
  const busy = new Set<number>();
  const running = new Set<Promise<void>>();
  /** Tries that failed, by shard; such a shard is tried at looks only, however much is appended. */
  const failed = new Map<number, number>();
  /** They failed together with others: which of them is to blame is seen when each is tried alone. */
  const alone = new Set<number>();
  let stopping = false;

  /** One that somebody here is busy with is taken again by him, so that its order is kept. */
  function nextShards(): number[] {
    const shards: number[] = [];
    for (const shard of pending) {
      if (busy.has(shard)) continue;
      const isAlone = alone.has(shard) || failed.has(shard);
      if (isAlone && shards.length > 0) continue;
      pending.delete(shard);
      shards.push(shard);
      if (isAlone || shards.length >= shardsTogether) break;
    }
    return shards;
  }

  async function run(first: readonly number[]): Promise<void> {
    for (let shards = first; shards.length > 0; shards = nextShards()) {
      for (const shard of shards) busy.add(shard);
      try {
        for (const shard of await step(shards)) pending.add(shard);
        for (const shard of shards) alone.delete(shard);
      } catch (error) {
        for (const shard of shards) noteFailure(shard, error, shards.length > 1);
      }
      for (const shard of shards) busy.delete(shard);
      if (stopping) return;
    }
  }

  function noteFailure(shard: number, error: unknown, wasTogether: boolean): void {
    if (wasTogether) {
      alone.add(shard);
      pending.add(shard);
      return;
    }
    pending.delete(shard);
    const tries = (failed.get(shard) ?? 0) + (blameOf(error) === 'entry' ? 1 : 0);
    failed.set(shard, tries);
    const what = { err: error, consumer: name, shard, tries };
    log.warn(what, 'a batch failed and will be tried again');
  }

  /** Answers those that may have more. One process at a time follows a shard for this consumer. */
  async function step(shards: readonly number[]): Promise<readonly number[]> {
    const byKey = new Map(shards.map((shard) => [lockKey(name, shard), shard]));
    const lock = { lockClass: CONSUMER_LOCK_CLASS, keys: [...byKey.keys()] };
    const more = await withAdvisoryLocks(db.pipeline, lock, (taken) =>
      handleNext(taken.flatMap((key) => byKey.get(key) ?? [])),
    );
    return more ?? [];
  }

  async function handleNext(shards: readonly number[]): Promise<readonly number[]> {
    const each = Math.ceil(batchMax / shards.length);
    const entries = await readLogBehind(db.pipeline, name, shards, each);
    const many = new Map<number, number>();
    const last = new Map<number, bigint>();
    for (const { shard, position } of entries) {
      many.set(shard, (many.get(shard) ?? 0) + 1);
      last.set(shard, position);
    }
    if (
      options.passesOver === true &&
      shards.some((shard) => (failed.get(shard) ?? 0) >= TRIES_MAX)
    ) {
      for (const entry of entries) await handleOrPassOver(entry);
    } else if (entries.length > 0) {
      await options.handle(entries.map(read));
      await advanceCursors(db.pipeline, name, last);
    }
    for (const shard of last.keys()) failed.delete(shard);
    return shards.filter((shard) => many.get(shard) === each);
  }

  async function handleOrPassOver(entry: LogEntry): Promise<void> {
    try {
      await options.handle([read(entry)]);
    } catch (error) {
      if (blameOf(error) !== 'entry') throw error;
      await passOver(db.pipeline, name, entry, error);
      log.error(about(entry, error), 'an entry of the log cannot be handled and was passed over');
      return;
    }
    await advanceCursor(db.pipeline, name, entry.shard, entry.position);
  }

  /** Entries passed over that somebody wants handled once more. */
  async function handleAgain(): Promise<void> {
    for (const entry of await entriesWantedAgain(db.pipeline, name, AGAIN_MAX)) {
      const lock = { lockClass: CONSUMER_LOCK_CLASS, keys: [lockKey(name, entry.shard)] };
      await withAdvisoryLocks(db.pipeline, lock, async () => {
        if (!(await isWantedAgain(db.pipeline, name, entry))) return;
        try {
          await options.handle([read(entry)]);
        } catch (error) {
          if (blameOf(error) !== 'entry') throw error;
          await keepDead(db.pipeline, name, entry, error);
          log.error(about(entry, error), 'an entry of the log still cannot be handled');
          return;
        }
        await forgetDeadEntries(db.pipeline, [deadEntryId({ ...entry, consumer: name })]);
      });
    }
  }

  function about({ id, shard, position, type }: LogEntry, error: unknown) {
    const entry = { entry_id: id, position: String(position), type };
    return { err: error, consumer: name, shard, ...entry };
  }

  function follow(shards: Iterable<number>): void {
    for (const shard of shards) pending.add(shard);
    while (running.size < shardsAtOnce && !stopping) {
      const shards = nextShards();
      if (shards.length === 0) return;
      const work = run(shards).finally(() => {
        running.delete(work);
        follow([]);
      });
      running.add(work);
    }
  }

  async function lookEverywhere(): Promise<void> {
    if (!begun) await beginAtHeads(db.pipeline, name);
    begun = true;
    if (options.passesOver === true) await handleAgain();
    const behind = await shardsBehind(db.pipeline, name);
    // Another process may have seen to them.
    for (const shard of failed.keys()) if (!behind.includes(shard)) failed.delete(shard);
    follow(behind);
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
      if (shard === null || !begun) look();
      else if (!failed.has(shard)) follow([shard]);
    },
    async idle() {
      await lookEverywhere();
      while (running.size > 0) await Promise.all(running);
    },
    async stop() {
      stopping = true;
      clearInterval(ticker);
      await Promise.all(running);
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
