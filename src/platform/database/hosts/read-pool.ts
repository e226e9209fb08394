import pg from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { unheldTimers } from '../../work/timers.ts';
import { within } from '../../work/within.ts';
import { openPool, withConnection } from '../pool.ts';

/** A moment, and where the primary's write-ahead log ended at that time. */
interface Mark {
  readonly atMs: number;
  readonly position: bigint;
}

/**
 * How far a replica is behind, measured with one clock and without writing: a replica that has
 * replayed the log up to where the primary's ended at some moment has everything committed until
 * then. Unlike the time of the last replayed transaction, this does not grow while the hub is idle,
 * and unlike the difference between received and replayed log, it shows when a replica no longer
 * receives anything.
 *
 * Positions are comparable on one timeline only. A replica that has replayed more than the
 * primary's end, read later, does not follow that primary: the primary was replaced by one that was
 * behind. Such a replica lacks what the new one commits, whatever its position, until it is rewound
 * or restarted.
 */
export class Staleness {
  #marks: Mark[] = [];
  #freshAtMs = Number.NEGATIVE_INFINITY;
  #replicaAt = -1n;
  #run: string | null = null;
  #isElsewhere = false;

  /**
   * Records the primary's position, read after the replica's last position.
   *
   * @param atMs time before the primary was queried.
   */
  primaryWas(position: bigint, atMs: number): void {
    if (this.#replicaAt > position) {
      this.#isElsewhere = true;
      this.#forget();
    }
    if (this.#isElsewhere) return;
    this.#marks.push({ atMs, position });
    // Limits the memory for a replica that is down for days.
    if (this.#marks.length > MARKS_MAX)
      this.#marks = this.#marks.filter((_, index) => index % 2 === 0);
  }

  /**
   * Records the replica's position. For another server, or another run of it, only the position is
   * stored: it counts once the primary's position has been read after it.
   *
   * @param run differs for each server and each of its starts.
   */
  replicaHas(position: bigint, run: string): void {
    const isAnother = run !== this.#run || position < this.#replicaAt;
    this.#run = run;
    this.#replicaAt = position;
    if (isAnother) {
      this.#isElsewhere = false;
      this.#forget();
      return;
    }
    while (this.#marks[0] !== undefined && this.#marks[0].position <= position) {
      this.#freshAtMs = this.#marks[0].atMs;
      this.#marks.shift();
    }
  }

  /**
   * How old the replica's data is: everything committed longer ago is there. Infinite while nothing
   * is known.
   */
  atMs(nowMs: number): number {
    return nowMs - this.#freshAtMs;
  }

  #forget(): void {
    this.#marks = [];
    this.#freshAtMs = Number.NEGATIVE_INFINITY;
  }
}

const MARKS_MAX = 10_000;

/**
 * Reads a position in the log as PostgreSQL writes it, `16/B374D848`; the numbers grow with the
 * log.
 */
export function readPosition(text: string): bigint {
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

/** The state of the replica that answers public look-ups. */
export interface Replica {
  /**
   * How old its data is: everything committed longer ago is there. Infinite while nothing is known.
   */
  stalenessMs(): number;
  /** Whether the replica is used; if not, the primary is. */
  isUsed(): boolean;
}

interface ReadPoolOptions {
  readonly primary: pg.Pool;
  /** The pool that reads the primary's position; look-ups must not delay it. Default: `primary`. */
  readonly primaryPositionPool?: pg.Pool;
  readonly stalenessMsMax: number;
  /** Returns monotonic milliseconds. */
  readonly nowMs?: () => number;
  /** Called when the replica is used again, or no longer. */
  readonly onChange?: (isUsed: boolean, stalenessMs: number) => void;
}

const CHECK_EVERY_MS = 1_000;
const ANSWER_MS_MAX = 2_000;
/** How long a replica's last answer counts; a replica that does not answer is not waited for. */
const ANSWER_COUNTS_MS_MAX = 4_000;

const RUN = 'extract(epoch from pg_postmaster_start_time())::text as run';
const PRIMARY_AT = `select pg_current_wal_insert_lsn()::text as at, ${RUN}`;
/** A replica that was promoted is a primary itself, so its write position counts. */
const REPLICA_AT = `
  select ${RUN}, (case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
               else pg_current_wal_insert_lsn() end)::text as at`;

/**
 * Connections to a replica while it is fresh enough, and to the primary otherwise. While the
 * primary is unavailable, a replica that answers is used however old it is: the public then gets
 * outdated data instead of an error. Until the first measurement the primary is used.
 */
export class ReadPool extends pg.Pool implements Replica {
  readonly #options: ReadPoolOptions;
  /** The pool that reads the replica's position: busy connections do not mean that it is down. */
  readonly #replicaPositionPool: pg.Pool;
  readonly #staleness = new Staleness();
  readonly #nowMs: () => number;
  #answeredAtMs = Number.NEGATIVE_INFINITY;
  #isPrimaryAway = false;
  #wasUsed = false;
  #stopLooking: (() => void) | null = null;
  #looking: Promise<void> | null = null;

  constructor(config: pg.PoolConfig, options: ReadPoolOptions) {
    super(config);
    this.#options = options;
    this.#replicaPositionPool = openPool({ ...config, max: 1 }, () => {});
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  stalenessMs(): number {
    return this.#staleness.atMs(this.#nowMs());
  }

  isUsed(): boolean {
    if (this.#nowMs() - this.#answeredAtMs > ANSWER_COUNTS_MS_MAX) return false;
    return this.#isPrimaryAway || this.stalenessMs() <= this.#options.stalenessMsMax;
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(
    callback: (
      error: Error | undefined,
      client: pg.PoolClient | undefined,
      done: (release?: unknown) => void,
    ) => void,
  ): void;
  override connect(
    callback?: (
      error: Error | undefined,
      client: pg.PoolClient | undefined,
      done: (release?: unknown) => void,
    ) => void,
  ): Promise<pg.PoolClient> | undefined {
    const lent = this.#lend();
    if (callback === undefined) return lent;
    lent.then(
      (client) => callback(undefined, client, () => client.release()),
      (error: Error) => callback(error, undefined, () => {}),
    );
    return undefined;
  }

  override end(): Promise<void>;
  override end(callback: () => void): void;
  override end(callback?: () => void): Promise<void> | undefined {
    this.#stopLooking?.();
    const ended = Promise.resolve(this.#looking).then(async () => {
      await Promise.all([this.#replicaPositionPool.end(), super.end()]);
    });
    if (callback === undefined) return ended;
    ended.then(callback, callback);
    return undefined;
  }

  /** Reads the positions of both servers. Never rejects. */
  check(): Promise<void> {
    this.#looking ??= this.#measure().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /**
   * Returns a connection to the replica if that is in use, otherwise or on failure to the primary.
   */
  async #lend(): Promise<pg.PoolClient> {
    if (this.#stopLooking === null && !this.ending) {
      this.#stopLooking = unheldTimers.every(CHECK_EVERY_MS, () => void this.check());
      void this.check();
    }
    if (!this.isUsed()) return this.#options.primary.connect();
    const isBusy = this.totalCount >= this.options.max && this.idleCount === 0;
    try {
      return await super.connect();
    } catch (error) {
      if (this.ending) throw error;
      // Waiting in vain for busy connections proves nothing about the replica.
      if (!isBusy) this.#answeredAtMs = Number.NEGATIVE_INFINITY;
      return this.#options.primary.connect();
    }
  }

  /** Measures how far the replica is behind, and reports if it comes into use or out of it. */
  async #measure(): Promise<void> {
    const startedAtMs = this.#nowMs();
    const { primary, primaryPositionPool = primary } = this.#options;
    const primaryAt = await positionOf(primaryPositionPool, PRIMARY_AT);
    this.#isPrimaryAway = primaryAt === null;
    if (primaryAt !== null) this.#staleness.primaryWas(primaryAt.position, startedAtMs);
    const replicaAt = await positionOf(this.#replicaPositionPool, REPLICA_AT);
    if (replicaAt === null) this.#answeredAtMs = Number.NEGATIVE_INFINITY;
    else {
      this.#answeredAtMs = this.#nowMs();
      this.#staleness.replicaHas(replicaAt.position, replicaAt.run);
    }
    const isUsed = this.isUsed();
    if (isUsed === this.#wasUsed) return;
    this.#wasUsed = isUsed;
    this.#options.onChange?.(isUsed, this.stalenessMs());
  }
}

/** A server's position in the log. */
interface Place {
  readonly position: bigint;
  /** The time at which the server was started. */
  readonly run: string;
}

/** Returns a server's position; null if it does not answer. */
async function positionOf(pool: Pick<pg.Pool, 'connect'>, text: string): Promise<Place | null> {
  try {
    const asked = withConnection(pool, async (client) => {
      const query = { text, query_timeout: ANSWER_MS_MAX };
      const { rows } = await client.query<{ at: string | null; run: string }>(query);
      const { at = null, run = '' } = rows[0] ?? {};
      return at === null ? null : { position: readPosition(at), run };
    });
    // A server that takes no connection delays neither this measurement nor the next.
    return await within(ANSWER_MS_MAX, asked, null);
  } catch {
    return null;
  }
}

/** Registers the replica's metrics; does nothing if there is none. */
export function countReplica(replica: Replica | null, registry: Registry): void {
  if (replica === null) return;
  new Gauge({
    name: 'waybill_replica_staleness_seconds',
    help: 'How far the replica for public lookups is behind the primary; NaN while nothing is known',
    registers: [registry],
    collect() {
      const ms = replica.stalenessMs();
      this.set(Number.isFinite(ms) ? ms / 1_000 : Number.NaN);
    },
  });
  new Gauge({
    name: 'waybill_replica_used',
    help: '1 while public lookups ask the replica, 0 while they ask the primary',
    registers: [registry],
    collect() {
      this.set(replica.isUsed() ? 1 : 0);
    },
  });
}
