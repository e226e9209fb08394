import { isDemo } from '../../kernel/tenant.ts';
import { type WhileLocked, withAdvisoryLocks } from '../database/advisory-lock.ts';
import type { Database } from '../database/database.ts';
import { blameOf } from '../database/database-errors.ts';
import type { Listener } from '../database/listen.ts';
import {
  type ClusterWorkers,
  clusterWorkersOf,
  isAboutParcel,
} from '../distribution/cluster-workers.sql.ts';
import type { Logger } from '../observability/log.ts';
import { type Loop, startLoop } from '../work/loop.ts';
import { startTurns, type Turns } from '../work/turns.ts';
import {
  deadEntryId,
  entriesToRetry,
  forgetDeadEntries,
  isRetryRequested,
  postponeEntries,
  skipEntry,
  storeDeadEntry,
} from './dead-entries.ts';
import {
  advanceCursor,
  advanceCursorsQuery,
  beginAtHeads,
  type CursorRow,
  cursorsQuery,
  LOG_CHANNEL,
  type LogEntry,
  logLag,
  SHARDS,
  shardsBehind,
} from './event-log.ts';
import { readLogBehind, type SkippedTypes } from './log-tail.ts';
import { traceHandled } from './trace-entries.ts';

/**
 * A durable reader of the event log. Entries of a shard are passed on in order, in batches; the
 * cursor moves only after `handle` resolved, so each entry is handled at least once and a handler
 * must be idempotent. A shard that fails is retried and delays no other.
 */
export interface Consumer {
  /** Signals that something was appended to that shard (null: check all of them). */
  wake(shard: number | null): void;
  /** Resolves when all shards were read to their end after the call. */
  idle(): Promise<void>;
  stop(): Promise<void>;
  /** Returns the number of entries not yet handled, over all shards. */
  lag(): Promise<number>;
}

export interface ConsumerOptions<Event> {
  readonly name: string;
  readonly db: Pick<Database, 'pipeline'>;
  readonly log: Logger;
  /** Signals appended entries; absent: the caller wakes it, or it polls. */
  readonly listener?: Pick<Listener, 'on'>;
  /**
   * Interprets an entry for the handler, once for each entry. Errors here count as errors of
   * `handle`.
   */
  readonly read: (entry: LogEntry) => Event;
  readonly handle: (events: readonly Event[]) => Promise<void>;
  /** Types of entries that change nothing for the handler: skipped, and mostly not even read. */
  readonly skips?: SkippedTypes;
  /**
   * Whether it handles entries of the demo merchant, for consumers whose results only the console
   * shows. Default: they are skipped.
   */
  readonly seesDemo?: boolean;
  readonly batchMax?: number;
  /**
   * How many shards are consumed at once; more for handlers that mostly wait for the database.
   * Default: 1.
   */
  readonly shardsAtOnce?: number;
  /**
   * How many shards are handled together when many have new entries, with at most `batchMax`
   * entries in all, for handlers that cost less in one call. If that fails each is tried alone.
   * Default: 1.
   */
  readonly shardsTogether?: number;
  /**
   * How long to wait, in ms, for more entries after the first, for handlers that cost less in one
   * call and are not urgent. Default: not at all.
   */
  readonly gathersMs?: number;
  /**
   * Whether urgent work is waiting, for consumers that may be late without harm: while it returns
   * true, a run begins only every two seconds and continues until nothing is left. Absent: never.
   */
  readonly givesWay?: () => boolean;
  /**
   * Whether to give way with one batch every two seconds, however far it falls behind: for
   * statistics. Default: no.
   */
  readonly mayFallBehind?: boolean;
  /**
   * Whether a dependency of the handler is known to be unavailable: while it returns true nothing
   * is handled and failures are not reported, because that check reports the outage itself. Absent:
   * never.
   */
  readonly holds?: () => boolean;
  /** Returns milliseconds that only grow. */
  readonly monotonicMs?: () => number;
  /**
   * Where a consumer without a cursor begins: `newest` for consumers that notify people or
   * machines, which must not be notified of the past. Default: `oldest`.
   */
  readonly beginsAt?: 'oldest' | 'newest';
  /**
   * Whether an entry that still throws after some tries is stored as a dead entry (dead-entries.ts)
   * and skipped, for consumers that would rather miss one entry than all later ones. Without it a
   * shard waits until the entry succeeds, which is right where order or completeness is promised.
   * With it, entries about parcels of a cluster's worker that is away are postponed in the same way.
   */
  readonly passesOver?: boolean;
}

/** How often it checks by itself: a wake-up lost with a connection costs at most this. */
const CHECK_EVERY_MS = 1_000;
const BATCH_MAX = 200;
/** A consumer that yields to urgent work still runs this often. */
const RUN_EVERY_MS = 2_000;
/** Half a minute at one try per check: as long as restarting what a handler needs may take. */
export const TRIES_MAX = 30;
/** The most entries retried per check; the others follow with the next. */
const REPLAYS_MAX = 200;

const CONSUMER_LOCK_CLASS = 0x5742_0003;

export function startConsumer<Event>(options: ConsumerOptions<Event>): Consumer {
  return new LogConsumer(options);
}

interface Stepped {
  /** Shards whose cursors moved. */
  readonly reached: readonly number[];
  /** The shards that may have more. */
  readonly more: readonly number[];
}

class LogConsumer<Event> implements Consumer {
  readonly #options: ConsumerOptions<Event>;
  readonly #db: Database['pipeline'];
  readonly #log: Logger;
  readonly #workers: ClusterWorkers;
  readonly #turns: Turns<number>;
  readonly #loop: Loop;
  readonly #unsubscribe: (() => void) | undefined;
  /** Failed tries by shard; such a shard is tried at checks only, however much is appended. */
  readonly #failed = new Map<number, number>();
  /** Shards appended to since the last run was requested. */
  readonly #gathered = new Set<number>();
  #gathering: NodeJS.Timeout | null = null;
  /** Shards that failed together with others: trying each alone shows which one is to blame. */
  readonly #alone = new Set<number>();
  #begun: boolean;
  #ranAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: ConsumerOptions<Event>) {
    const { name, log, listener } = options;
    this.#options = options;
    this.#db = options.db.pipeline;
    this.#log = log;
    this.#workers = clusterWorkersOf(options.db.pipeline);
    this.#begun = options.beginsAt !== 'newest';
    this.#turns = startTurns<number>({
      runsMax: options.shardsAtOnce ?? 1,
      keysPerRunMax: options.shardsTogether ?? 1,
      fits: (shard, [first]) =>
        first === undefined
          ? this.#isItsTurn()
          : !(this.#isTriedAlone(shard) || this.#isTriedAlone(first)),
      work: (shards) => this.#runTurn(shards),
      onFailure: (error, shards) => {
        for (const shard of shards) this.#noteFailure(shard, error, shards.length > 1);
      },
    });
    this.#loop = startLoop({
      run: () => this.#checkEverywhere(),
      everyMs: CHECK_EVERY_MS,
      onFailure: (err) => log.debug({ err, consumer: name }, 'the event log could not be read'),
    });
    this.#unsubscribe = listener?.on(LOG_CHANNEL, (shard) =>
      this.wake(shard === null ? null : Number(shard)),
    );
    this.#loop.wake();
  }

  wake(shard: number | null): void {
    if (shard === null || !this.#begun) this.#loop.wake();
    else if (!this.#failed.has(shard)) this.#requestSoon(shard);
  }

  #requestSoon(shard: number): void {
    const { gathersMs = 0 } = this.#options;
    if (gathersMs === 0) this.#turns.request([shard]);
    else {
      this.#gathered.add(shard);
      this.#gathering ??= setTimeout(() => this.#requestGathered(), gathersMs);
    }
  }

  #requestGathered(): void {
    this.#gathering = null;
    const shards = [...this.#gathered];
    this.#gathered.clear();
    this.#turns.request(shards);
  }

  async idle(): Promise<void> {
    await this.#loop.now();
    await this.#turns.drained();
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.();
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    await this.#loop.stop();
    await this.#turns.stop();
  }

  lag(): Promise<number> {
    return logLag(this.#db, this.#options.name);
  }

  #isTriedAlone(shard: number): boolean {
    return this.#alone.has(shard) || this.#failed.has(shard);
  }

  async #checkEverywhere(): Promise<void> {
    const { name, passesOver } = this.#options;
    if (!this.#begun) await beginAtHeads(this.#db, name);
    this.#begun = true;
    if (passesOver === true) await this.#retryDeadEntries();
    const behind = await shardsBehind(this.#db, name);
    // Another process may have handled their entries.
    for (const shard of this.#failed.keys()) {
      if (!behind.includes(shard)) this.#failed.delete(shard);
    }
    this.#turns.request(behind);
  }

  #isItsTurn(): boolean {
    const { givesWay, holds, monotonicMs = () => performance.now() } = this.#options;
    if (holds?.() === true) return false;
    return givesWay?.() !== true || monotonicMs() - this.#ranAtMs >= RUN_EVERY_MS;
  }

  async #runTurn(shards: readonly number[]): Promise<void> {
    this.#ranAtMs = (this.#options.monotonicMs ?? (() => performance.now()))();
    const more = await this.#step(shards).catch(async (error: unknown) => {
      await this.#workers.blames(error);
      throw error;
    });
    for (const shard of shards) this.#alone.delete(shard);
    if (more.length > 0 && this.#options.mayFallBehind !== true) this.#runAgainAtOnce();
    this.#turns.request(more);
  }

  /** Starts the next run without waiting for urgent work elsewhere. */
  #runAgainAtOnce(): void {
    this.#ranAtMs = Number.NEGATIVE_INFINITY;
  }

  /**
   * Notes a failed batch. If several shards shared it, each is tried alone; otherwise the shard
   * waits for its retry.
   */
  #noteFailure(shard: number, error: unknown, wasTogether: boolean): void {
    // A failed attempt has delayed no other work.
    this.#runAgainAtOnce();
    if (wasTogether) {
      this.#alone.add(shard);
      this.#turns.request([shard]);
      return;
    }
    this.#turns.drop(shard);
    const tries = (this.#failed.get(shard) ?? 0) + (blameOf(error) === 'entry' ? 1 : 0);
    this.#failed.set(shard, tries);
    const what = { err: error, consumer: this.#options.name, shard, tries };
    const isKnown = this.#options.holds?.() === true;
    this.#log[isKnown ? 'debug' : 'warn'](what, 'a batch failed and will be retried');
  }

  /**
   * Handles the next entries of these shards; returns those that may have more. One process at a
   * time reads a shard for this consumer.
   */
  async #step(shards: readonly number[]): Promise<readonly number[]> {
    const byKey = new Map(shards.map((shard) => [lockKey(this.#options.name, shard), shard]));
    const lock = { lockClass: CONSUMER_LOCK_CLASS, keys: [...byKey.keys()] };
    const behind = await withAdvisoryLocks<Stepped, CursorRow>(
      this.#db,
      lock,
      (locked, meanwhile) =>
        this.#handleNext(
          locked.flatMap((key) => byKey.get(key) ?? []),
          meanwhile,
        ),
      cursorsQuery(this.#options.name, shards),
    );
    for (const shard of behind?.reached ?? []) this.#failed.delete(shard);
    return behind?.more ?? [];
  }

  /**
   * Handles the next batch of these shards, and advances their cursors. After too many failures,
   * its entries are handled one by one, and those that fail are passed over.
   */
  async #handleNext(
    shards: readonly number[],
    { rows, last }: WhileLocked<CursorRow>,
  ): Promise<Stepped> {
    const { name, handle, read, passesOver, skips, seesDemo, batchMax = BATCH_MAX } = this.#options;
    const each = Math.ceil(batchMax / shards.length);
    const ownRows = rows.filter(({ shard }) => shards.includes(shard));
    const cursors = new Map(ownRows.map(({ shard, position }) => [shard, BigInt(position)]));
    const { entries: all, reached, more } = await readLogBehind(this.#db, cursors, each, skips);
    const wanted = seesDemo === true ? all : all.filter(({ tenant }) => !isDemo(tenant));
    const { entries, waiting } = await this.#withoutWaiting(wanted);
    await postponeEntries(this.#db, name, waiting);
    const isGivenUp = shards.some((shard) => (this.#failed.get(shard) ?? 0) >= TRIES_MAX);
    if (passesOver === true && isGivenUp) {
      for (const entry of entries) await this.#handleOrPassOver(entry);
    } else if (entries.length > 0) {
      await traceHandled(name, entries, () => handle(entries.map(read)));
    }
    const exist = [...reached.keys()].every((shard) => (cursors.get(shard) ?? 0n) > 0n);
    if (reached.size > 0) last(advanceCursorsQuery(name, reached, exist));
    return { reached: [...reached.keys()], more };
  }

  /** Separates entries about parcels of a cluster's workers that are away. */
  async #withoutWaiting(
    all: readonly LogEntry[],
  ): Promise<{ readonly entries: readonly LogEntry[]; readonly waiting: readonly LogEntry[] }> {
    if (this.#workers.away.size === 0 || this.#options.passesOver !== true) {
      return { entries: all, waiting: [] };
    }
    const about = all.filter(({ type }) => isAboutParcel(type));
    const ids = about.map(({ subjectId }) => subjectId);
    const present = new Set(await this.#workers.present(ids));
    const waiting = new Set(about.filter(({ subjectId }) => !present.has(subjectId)));
    return { entries: all.filter((entry) => !waiting.has(entry)), waiting: [...waiting] };
  }

  async #handleOrPassOver(entry: LogEntry): Promise<void> {
    const { name, handle, read } = this.#options;
    try {
      await handle([read(entry)]);
    } catch (error) {
      if (blameOf(error) !== 'entry') throw error;
      await skipEntry(this.#db, name, entry, error);
      const what = 'a log entry cannot be handled and was skipped';
      this.#log.error(this.#about(entry, error), what);
      return;
    }
    await advanceCursor(this.#db, name, entry.shard, entry.position);
  }

  /** Handles skipped entries whose retry was requested. */
  async #retryDeadEntries(): Promise<void> {
    const { name, handle, read } = this.#options;
    const requested = await entriesToRetry(this.#db, name, REPLAYS_MAX);
    for (const entry of (await this.#withoutWaiting(requested)).entries) {
      const lock = { lockClass: CONSUMER_LOCK_CLASS, keys: [lockKey(name, entry.shard)] };
      await withAdvisoryLocks(this.#db, lock, async () => {
        if (!(await isRetryRequested(this.#db, name, entry))) return;
        try {
          await handle([read(entry)]);
        } catch (error) {
          if (await this.#workers.blames(error)) return;
          if (blameOf(error) !== 'entry') throw error;
          await storeDeadEntry(this.#db, name, entry, error);
          const what = 'a log entry still cannot be handled';
          this.#log.error(this.#about(entry, error), what);
          return;
        }
        await forgetDeadEntries(this.#db, [deadEntryId({ ...entry, consumer: name })]);
      });
    }
  }

  #about({ id, shard, position, type }: LogEntry, error: unknown) {
    const entry = { entry_id: id, position: String(position), type };
    return { err: error, consumer: this.#options.name, shard, ...entry };
  }
}

/**
 * Returns one 31-bit key for a consumer and a shard: FNV-1a of the name above six bits of shard.
 */
function lockKey(name: string, shard: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  return (hash & 0x1ff_ffff) * SHARDS + shard;
}
