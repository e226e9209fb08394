import type pg from 'pg';
import { type LogEntry, type LogRow, logEntry } from './event-log.ts';

/**
 * The newest entries of each shard as one process has read them last. Everybody who follows the log
 * wants the same entries within a moment: one reads them, the others take them from here, and only
 * their cursors come from the database.
 */
interface Tail {
  /** All entries of the shard with a position beyond `from`, up to the last of these, in order. */
  readonly from: bigint;
  readonly entries: readonly LogEntry[];
  readonly atMs: number;
}

/** Of each shard. At full load some seconds; an entry takes about a kilobyte. */
const ENTRIES_MAX = 128;
/** What was erased since is not to be had from here for longer. */
const KEPT_MS = 5_000;
const NOT_KNOWN = -1n;

/** Who has a pool reads through it; the pool ends, and so does what was read. */
const tailsOf = new WeakMap<pg.Pool, Map<number, Tail>>();

type BehindRow = { readonly of_shard: number; readonly cursor: string } & (
  | LogRow
  | { readonly position: null }
);

/**
 * The next entries of several shards behind a consumer's cursors, each shard's in order and at most
 * `limit` of each.
 */
export async function readLogBehind(
  pool: pg.Pool,
  consumer: string,
  shards: readonly number[],
  limit: number,
): Promise<LogEntry[]> {
  const tails = tailsOf.get(pool) ?? new Map<number, Tail>();
  tailsOf.set(pool, tails);
  const nowMs = performance.now();
  const known = shards.map((shard) => usable(tails.get(shard), nowMs));
  const { rows } = await pool.query<BehindRow>({
    name: 'read_log_behind',
    text: `select s.shard as of_shard, coalesce(c.position, 0) as cursor, e.*
           from unnest($2::int[], $4::bigint[], $5::bigint[]) as s(shard, known_from, known_to)
           left join consumer_cursors c on c.consumer = $1 and c.shard = s.shard
           left join lateral (
             select * from event_log e
             where e.shard = s.shard
               and e.position > case when coalesce(c.position, 0) between s.known_from and s.known_to
                                     then s.known_to else coalesce(c.position, 0) end
             order by e.position limit $3) as e on true`,
    values: [
      consumer,
      shards,
      limit,
      known.map((tail) => String(tail?.from ?? NOT_KNOWN)),
      known.map((tail) => String(tail === null ? NOT_KNOWN : endOf(tail))),
    ],
  });
  const read = new Map<number, { readonly cursor: bigint; readonly fresh: LogEntry[] }>();
  for (const row of rows) {
    const of = read.get(row.of_shard) ?? { cursor: BigInt(row.cursor), fresh: [] };
    read.set(row.of_shard, of);
    if (row.position !== null) of.fresh.push(logEntry(row));
  }
  return shards.flatMap((shard, nr) => {
    const { cursor = 0n, fresh = [] } = read.get(shard) ?? {};
    const tail = known[nr] ?? null;
    const isKnown = tail !== null && cursor >= tail.from && cursor <= endOf(tail);
    const from = isKnown ? endOf(tail) : cursor;
    if (fresh.length > 0) tails.set(shard, longer(usable(tails.get(shard), nowMs), from, fresh));
    const before = isKnown ? tail.entries.filter(({ position }) => position > cursor) : [];
    return [...before, ...fresh].slice(0, limit);
  });
}

function usable(tail: Tail | undefined, nowMs: number): Tail | null {
  return tail === undefined || nowMs - tail.atMs > KEPT_MS ? null : tail;
}

function endOf({ from, entries }: Tail): bigint {
  return entries.at(-1)?.position ?? from;
}

/** With what follows `from` in the shard; somebody may have read some of it meanwhile. */
function longer(tail: Tail | null, from: bigint, fresh: readonly LogEntry[]): Tail {
  const isNext = tail !== null && from >= tail.from && from <= endOf(tail);
  if (!isNext) return trimmed({ from, entries: fresh, atMs: performance.now() });
  const end = endOf(tail);
  const further = fresh.filter(({ position }) => position > end);
  return trimmed({ ...tail, entries: [...tail.entries, ...further] });
}

function trimmed(tail: Tail): Tail {
  const over = tail.entries.length - ENTRIES_MAX;
  if (over <= 0) return tail;
  return {
    from: tail.entries[over - 1]?.position ?? tail.from,
    entries: tail.entries.slice(over),
    atMs: tail.atMs,
  };
}
