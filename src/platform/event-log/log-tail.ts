import type { Queryable } from '../database/database.ts';
import { queryRows } from '../database/query-rows.ts';
import { type LogEntry, type LogRow, logEntry } from './event-log.ts';

/**
 * The newest entries of a shard as this process last read them. All consumers want the same entries
 * at about the same time: they are read once, for all that ask meanwhile, and only the cursors come
 * from the database for each.
 */
interface Tail {
  /**
   * `cached` contains all entries of the shard after this position, up to its own last, in order.
   */
  from: bigint;
  readonly cached: { readonly entry: LogEntry; readonly readAtMs: number }[];
}

/** The entries a consumer has not handled yet. */
interface Behind {
  /** In the order of each shard, without entries of the skipped types. */
  readonly entries: readonly LogEntry[];
  /** The last position read in each shard, including skipped entries. */
  readonly reached: ReadonlyMap<number, bigint>;
  /** The shards that may have further entries. */
  readonly more: readonly number[];
}

/** The most entries cached per shard: some seconds at full load; an entry takes two kilobytes. */
const ENTRIES_MAX = 256;
/** The most entries read of each shard at once. */
const READ_MAX = 128;
/**
 * How long entries are cached. A later erasure applies here when the deletion entry is read; a
 * deleted entry must not stay available for longer.
 */
const CACHE_MS = 20_000;

/** The types of entries that a consumer does not need. */
export type SkippedTypes = ReadonlySet<string>;
const NONE: SkippedTypes = new Set();

/** One cache per pool, so that both end together. */
const tailsOf = new WeakMap<Queryable, LogTails>();

/**
 * Returns the next entries of several shards after these positions, at most `limit` of each: all
 * that were committed before the call, unless `more` names the shard.
 */
export function readLogBehind(
  pool: Queryable,
  cursors: ReadonlyMap<number, bigint>,
  limit: number,
  skips: SkippedTypes = NONE,
): Promise<Behind> {
  const tails = tailsOf.get(pool) ?? new LogTails(pool);
  tailsOf.set(pool, tails);
  return tails.behind(cursors, limit, skips);
}

class LogTails {
  readonly #pool: Queryable;
  readonly #tails = new Map<number, Tail>();
  /** The next read that has not begun yet, and its start in each shard; further callers join it. */
  #next: { readonly from: Map<number, bigint>; readonly done: Promise<Set<number>> } | null = null;
  #underWay: Promise<unknown> = Promise.resolve();

  constructor(pool: Queryable) {
    this.#pool = pool;
  }

  /**
   * Returns the entries after each cursor, from the cache where possible. Cursors that are behind
   * the cache are read from the database.
   */
  async behind(
    cursors: ReadonlyMap<number, bigint>,
    limit: number,
    skips: SkippedTypes,
  ): Promise<Behind> {
    this.#forgetOld();
    const late = new Map<number, bigint>();
    const wanted = new Map<number, bigint>();
    for (const [shard, cursor] of cursors) {
      const tail = this.#tails.get(shard);
      if (tail !== undefined && cursor < tail.from) late.set(shard, cursor);
      else if (this.#after(shard, cursor).length < limit) wanted.set(shard, cursor);
    }
    const cut = wanted.size === 0 ? new Set() : await this.#readNew(wanted);
    const entries: LogEntry[] = [];
    const reached = new Map<number, bigint>();
    const more: number[] = [];
    for (const [shard, cursor] of cursors) {
      // Other reads may have evicted the entries after this cursor meanwhile.
      if (cursor < (this.#tails.get(shard)?.from ?? 0n)) late.set(shard, cursor);
      if (late.has(shard)) continue;
      const after = this.#after(shard, cursor).slice(0, limit);
      entries.push(...after.filter(({ type }) => !skips.has(type)));
      const last = after.at(-1);
      if (last !== undefined) reached.set(shard, last.position);
      if (after.length === limit || cut.has(shard)) more.push(shard);
    }
    if (late.size > 0) {
      for (const [shard, rows] of await readAfter(this.#pool, late, limit, skips)) {
        entries.push(...rows.filter(isWhole).map(logEntry));
        const last = rows.at(-1);
        if (last !== undefined) reached.set(shard, BigInt(last.position));
        if (rows.length === limit) more.push(shard);
      }
    }
    return { entries, reached, more };
  }

  #after(shard: number, cursor: bigint): LogEntry[] {
    const cached = this.#tails.get(shard)?.cached ?? [];
    let at = cached.length;
    while (at > 0 && (cached[at - 1]?.entry.position ?? 0n) > cursor) at -= 1;
    return cached.slice(at).map(({ entry }) => entry);
  }

  /** Reads new entries, once for all callers until it begins; returns the shards that have more. */
  #readNew(cursors: ReadonlyMap<number, bigint>): Promise<Set<number>> {
    if (this.#next === null) {
      const from = new Map<number, bigint>();
      const done = this.#underWay.then(() => {
        this.#next = null;
        return this.#read(from);
      });
      this.#next = { from, done };
      this.#underWay = done.catch(() => {});
    }
    const { from, done } = this.#next;
    for (const [shard, cursor] of cursors) {
      const known = from.get(shard);
      from.set(shard, known === undefined || cursor < known ? cursor : known);
    }
    return done;
  }

  /**
   * Reads what follows the cached entries into the cache. Returns the shards that may have more.
   */
  async #read(cursors: ReadonlyMap<number, bigint>): Promise<Set<number>> {
    const from = new Map<number, bigint>();
    for (const [shard, cursor] of cursors) {
      const tail = this.#tails.get(shard);
      const end = tail?.cached.at(-1)?.entry.position ?? tail?.from ?? -1n;
      if (cursor <= end) from.set(shard, end);
      else {
        // Another process has handled what this one has not even read.
        this.#tails.set(shard, { from: cursor, cached: [] });
        from.set(shard, cursor);
      }
    }
    const read = await readAfter(this.#pool, from, READ_MAX, NONE);
    const readAtMs = performance.now();
    const cut = new Set<number>();
    for (const [shard, rows] of read) {
      const tail = this.#tails.get(shard);
      if (tail === undefined) continue;
      const entries = rows.filter(isWhole).map(logEntry);
      for (const entry of entries) if (entry.data['deleted'] === true) eraseCached(tail, entry);
      for (const entry of entries) tail.cached.push({ entry, readAtMs });
      dropOldest(tail, tail.cached.length - ENTRIES_MAX);
      if (rows.length === READ_MAX) cut.add(shard);
    }
    return cut;
  }

  #forgetOld(): void {
    const beforeMs = performance.now() - CACHE_MS;
    for (const tail of this.#tails.values()) {
      const young = tail.cached.findIndex(({ readAtMs }) => readAtMs >= beforeMs);
      dropOldest(tail, young < 0 ? tail.cached.length : young);
    }
  }
}

/**
 * Applies what `eraseLog` did to the cache, so that the shard's other entries need not be read
 * again.
 */
function eraseCached({ cached }: Tail, { subjectId, data }: LogEntry): void {
  for (const [nr, { entry, readAtMs }] of cached.entries()) {
    if (entry.subjectId !== subjectId) continue;
    cached[nr] = { entry: { ...entry, data, previousAttributes: {} }, readAtMs };
  }
}

function dropOldest(tail: Tail, count: number): void {
  if (count <= 0) return;
  const gone = tail.cached.splice(0, count);
  tail.from = gone.at(-1)?.entry.position ?? tail.from;
}

/** A row; of an entry whose type is skipped only the position is read. */
type ReadRow = LogRow | (Pick<LogRow, 'shard' | 'position'> & { readonly data: null });

function isWhole(row: ReadRow): row is LogRow {
  return row.data !== null;
}

/** Returns at most `limit` entries of each shard, in order. */
async function readAfter(
  pool: Queryable,
  positions: ReadonlyMap<number, bigint>,
  limit: number,
  skips: SkippedTypes,
): Promise<Map<number, ReadRow[]>> {
  const rows = await queryRows<ReadRow>(pool, {
    name: 'read_log_after',
    text: `select e.shard, e.position, w.*
           from unnest($1::int[], $2::bigint[]) as s(shard, position)
           cross join lateral (
             select * from event_log e where e.shard = s.shard and e.position > s.position
             order by e.position limit $3) as e
           left join lateral (
             select e.id, e.merchant_id, e.mode, e.subject_id, e.sequence, e.type, e.occurred_at,
                    e.recorded_at, e.data, e.previous_attributes, e.trace_id
             where e.type <> all($4::text[])) as w on true`,
    values: [[...positions.keys()], [...positions.values()].map(String), limit, [...skips]],
  });
  const byShard = new Map<number, ReadRow[]>();
  for (const row of rows) {
    const known = byShard.get(row.shard);
    if (known === undefined) byShard.set(row.shard, [row]);
    else known.push(row);
  }
  return byShard;
}
