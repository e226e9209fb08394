import type pg from 'pg';
import type { Mode } from '../../kernel/tenant.ts';
import { type Queryable, type Transaction, withTransaction } from '../database/database.ts';
import { joinedJson, jsonArray, plainArray } from '../database/plain-array.ts';
import {
  queryColumn,
  queryCount,
  queryRows,
  queryValue,
  type Row,
} from '../database/query-rows.ts';
import { isTracing, wallMs } from '../tracing/tracing.ts';
import { packData, unpackData } from './packed-data.ts';
import { traceRecorded } from './trace-entries.ts';

/**
 * An entry to append to the sharded event log. An append happens under its shard's advisory lock
 * (`withShard`), so within a shard positions are in commit order: a reader that asks for `position
 * > last` misses nothing and finds no gap that is filled later.
 */
export interface NewLogEntry {
  readonly id: string;
  readonly tenant: { readonly merchantId: string; readonly mode: Mode };
  readonly subjectId: string;
  /** 1, 2, 3 … among the entries about this subject. */
  readonly sequence: number;
  readonly type: string;
  readonly occurredAtMs: number;
  /** A snapshot of the subject at this event; nothing personal. */
  readonly data: Readonly<Record<string, unknown>>;
  /**
   * The inbound message that caused it, while tracing is on; absent: it is the first of its trace.
   */
  readonly traceId?: string | null;
  /** The previous values of the members of `data` that changed. */
  readonly previousAttributes: Readonly<Record<string, unknown>>;
}

export interface LogEntry extends NewLogEntry {
  readonly shard: number;
  readonly position: bigint;
  readonly recordedAtMs: number;
}

/**
 * The number of shards: more than the workers of one machine, few enough to sweep. Changing it
 * would move history.
 */
export const SHARDS = 64;

/**
 * The first key of the two-key advisory locks, so that other uses of the database cannot collide.
 */
const SHARD_LOCK_CLASS = 0x5742_0001;

/** The channel on which appends are announced; the payload is the shard's number. */
export const LOG_CHANNEL = 'waybill_log';

/** The shards to which each transaction has appended. */
const withNewEntries = new WeakMap<Queryable, Set<number>>();
/** The entries that each transaction has appended, while tracing is on. */
const tracedEntries = new WeakMap<Queryable, NewLogEntry[]>();

/**
 * Runs a transaction that holds the shard's lock from its first statement until it ends. Every
 * transaction that appends must be one of these, or one of several shards (`withShards`). The
 * appended entries are announced soon after its commit, or `later` (within a second) if nobody
 * waits for them and many more will follow: consumers then process them in larger batches.
 */
export function withShard<T>(
  pool: pg.Pool,
  shard: number,
  work: (transaction: Transaction) => Promise<T>,
  announced: Announced = 'soon',
): Promise<T> {
  return withShards(pool, [shard], work, announced);
}

/**
 * Runs a transaction with the locks of several shards, for work that costs less in one transaction.
 * All are acquired first, in the order of their numbers, which prevents deadlocks.
 */
export async function withShards<T>(
  pool: pg.Pool,
  shards: readonly number[],
  work: (transaction: Transaction) => Promise<T>,
  announced: Announced = 'soon',
): Promise<T> {
  const ordered = [...new Set(shards)].sort((one, other) => one - other);
  if (ordered.length === 0) throw new Error('a transaction of the log takes a shard');
  if (!ordered.every(isShard)) throw new Error('no such shard');
  let appended: ReadonlySet<number> = new Set();
  let traced: readonly NewLogEntry[] = [];
  const beganMs = isTracing() ? wallMs() : 0;
  const result = await withTransaction(
    pool,
    async (tx) => {
      withNewEntries.delete(tx);
      tracedEntries.delete(tx);
      const done = await work(tx);
      appended = withNewEntries.get(tx) ?? appended;
      traced = tracedEntries.get(tx) ?? traced;
      return done;
    },
    'begin',
    lockQuery(ordered),
  );
  for (const shard of appended) announce(pool, shard, announced);
  if (traced.length > 0) traceRecorded(traced, beganMs);
  return result;
}

function isShard(shard: number): boolean {
  return Number.isInteger(shard) && shard >= 0 && shard < SHARDS;
}

/** Locks in the order of the array: a function that changes something is called row by row. */
function lockQuery(shards: readonly number[]): pg.QueryConfig {
  return {
    name: 'lock_shards',
    text: 'select pg_advisory_xact_lock($1, shard) from unnest($2::int[]) as shard',
    values: [SHARD_LOCK_CLASS, shards],
  };
}

/** All commits within this time share one announcement. */
const ANNOUNCE_AFTER_MS = { soon: 10, later: 1_000 } as const;
/** When consumers of the log are notified of appended entries. */
export type Announced = keyof typeof ANNOUNCE_AFTER_MS;
const unannounced = {
  soon: new WeakMap<pg.Pool, Set<number>>(),
  later: new WeakMap<pg.Pool, Set<number>>(),
};

/**
 * Announces a shard outside the transaction: a NOTIFY takes a database-wide lock until the commit
 * is on disk, so all writers would wait for one another (docs/benchmarks.md, pipeline). A lost one
 * costs a second at most, because listeners also poll.
 */
function announce(pool: pg.Pool, shard: number, when: Announced): void {
  const shards = unannounced[when].get(pool);
  if (shards !== undefined) {
    shards.add(shard);
    return;
  }
  const fresh = new Set([shard]);
  unannounced[when].set(pool, fresh);
  const timer = setTimeout(() => {
    unannounced[when].delete(pool);
    const text = 'select pg_notify($1, shard::text) from unnest($2::int[]) as shard';
    pool.query(text, [LOG_CHANNEL, [...fresh]]).catch(() => {});
  }, ANNOUNCE_AFTER_MS[when]);
  if (when === 'later') timer.unref();
}

/** Appends entries in the given order, within `withShard`, which announces them. */
export function appendToLog(
  tx: Queryable,
  shard: number,
  entries: readonly NewLogEntry[],
  recordedAtMs: number,
): Promise<void> {
  return appendToShards(tx, new Map([[shard, entries]]), recordedAtMs);
}

/**
 * Appends to several shards, within `withShards` of all of them; each shard's in the given order.
 */
export async function appendToShards(
  tx: Queryable,
  byShard: ReadonlyMap<number, readonly NewLogEntry[]>,
  recordedAtMs: number,
): Promise<void> {
  const entries = [...byShard.values()].flat();
  if (entries.length === 0) return;
  const shards = [...byShard].flatMap(([shard, { length }]) => Array<number>(length).fill(shard));
  withNewEntries.set(tx, new Set([...(withNewEntries.get(tx) ?? []), ...shards]));
  if (isTracing()) tracedEntries.set(tx, [...(tracedEntries.get(tx) ?? []), ...entries]);
  await tx.query({
    name: 'append_to_log',
    text: `
      insert into event_log (shard, id, merchant_id, mode, subject_id, sequence, type,
                             occurred_at, recorded_at, data, previous_attributes, trace_id)
      select e.shard, e.id, e.merchant_id, e.mode, e.subject_id, e.sequence, e.type,
             to_timestamp(e.occurred_ms / 1000.0), to_timestamp($2 / 1000.0), e.data, e.previous,
             e.trace_id
      from unnest($1::smallint[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::int[],
                  $8::text[], $9::float8[], ${jsonArray('$10')}, ${jsonArray('$11')}, $12::uuid[])
        with ordinality as e(shard, id, merchant_id, mode, subject_id, sequence, type, occurred_ms,
                             data, previous, trace_id, nr)
      order by e.nr`,
    values: [
      plainArray(shards, (shard) => shard),
      recordedAtMs,
      plainArray(entries, (e) => e.id),
      plainArray(entries, (e) => e.tenant.merchantId),
      plainArray(entries, (e) => e.tenant.mode),
      plainArray(entries, (e) => e.subjectId),
      plainArray(entries, (e) => e.sequence),
      entries.map((e) => e.type),
      plainArray(entries, (e) => e.occurredAtMs),
      joinedJson(entries, (e) => packData(e.data)),
      joinedJson(entries, (e) => e.previousAttributes),
      plainArray(entries, (e) => e.traceId ?? null),
    ],
  });
}

/** A row of the table. */
export interface LogRow
  extends Row<
    'event_log',
    | 'shard'
    | 'position'
    | 'id'
    | 'merchantId'
    | 'mode'
    | 'subjectId'
    | 'sequence'
    | 'type'
    | 'occurredAtMs'
    | 'recordedAtMs'
  > {
  data: Record<string, unknown>;
  previousAttributes: Record<string, unknown>;
  traceId?: string | null;
}

/**
 * Columns by name: a statement prepared with `*` fails in every running process when a migration
 * adds one.
 */
const COLUMNS = `
  shard, position, id, merchant_id, mode, subject_id, sequence, type, occurred_at, recorded_at,
  data, previous_attributes, trace_id`;

/** Returns the next entries of a shard after `position`, in order; at most `limit`. */
export async function readLog(
  db: Queryable,
  shard: number,
  position: bigint,
  limit: number,
): Promise<LogEntry[]> {
  const rows = await queryRows<LogRow>(db, {
    name: 'read_log',
    text: `select ${COLUMNS} from event_log where shard = $1 and position > $2 order by position limit $3`,
    values: [shard, position.toString(), limit],
  });
  return rows.map(logEntry);
}

/** Converts a row of the log to an entry. */
export function logEntry(row: LogRow): LogEntry {
  return {
    shard: row.shard,
    position: BigInt(row.position),
    id: row.id,
    tenant: { merchantId: row.merchantId, mode: row.mode },
    subjectId: row.subjectId,
    sequence: row.sequence,
    occurredAtMs: row.occurredAtMs,
    recordedAtMs: row.recordedAtMs,
    type: row.type,
    data: unpackData(row.data),
    previousAttributes: row.previousAttributes,
    ...(row.traceId == null ? {} : { traceId: row.traceId }),
  };
}

/** Returns a consumer's position in a shard; 0 before its first entry. */
export async function readCursor(db: Queryable, consumer: string, shard: number): Promise<bigint> {
  return BigInt(
    (await queryValue<string>(db, {
      name: 'read_cursor',
      text: 'select position from consumer_cursors where consumer = $1 and shard = $2',
      values: [consumer, shard],
    })) ?? 0,
  );
}

/** A row of `cursorsQuery`. */
export interface CursorRow {
  readonly shard: number;
  readonly position: string;
}

/** The query for a consumer's positions in several shards. */
export function cursorsQuery(consumer: string, shards: readonly number[]): pg.QueryConfig {
  return {
    name: 'read_cursors',
    text: `select s.shard, coalesce(c.position, 0) as position from unnest($2::int[]) as s(shard)
           left join consumer_cursors c on c.consumer = $1 and c.shard = s.shard`,
    values: [consumer, shards],
  };
}

/** Returns the shards in which a consumer has unread entries. */
export function shardsBehind(db: Queryable, consumer: string): Promise<number[]> {
  return queryColumn<number>(db, {
    name: 'shards_behind',
    // One index look-up per shard: a plan made while the log was empty is cached, and with `exists`
    // it would scan the whole log each second until the first ANALYZE.
    text: `select s.shard from generate_series(0, ${SHARDS - 1}) as s(shard)
           left join consumer_cursors c on c.consumer = $1 and c.shard = s.shard
           cross join lateral (select from event_log e
             where e.shard = s.shard and e.position > coalesce(c.position, 0)
             order by e.position limit 1) as next`,
    values: [consumer],
  });
}

/** Returns the number of entries that a consumer has not handled yet, over all shards. */
export async function logLag(db: Queryable, consumer: string): Promise<number> {
  return Number(
    (await queryValue<string>(db, {
      name: 'log_lag',
      text: `select coalesce(sum(l.behind), 0) as behind
           from generate_series(0, ${SHARDS - 1}) as s(shard)
           left join consumer_cursors c on c.consumer = $1 and c.shard = s.shard
           cross join lateral (select count(*) as behind from event_log e
                               where e.shard = s.shard and e.position > coalesce(c.position, 0)) l`,
      values: [consumer],
    })) ?? 0,
  );
}

/** Returns this number for every consumer with a cursor, whichever process it runs in. */
export async function logLags(db: Queryable): Promise<Map<string, number>> {
  const rows = await queryRows<{ consumer: string; behind: string }>(db, {
    name: 'log_lags',
    text: `select n.consumer, coalesce(sum(l.behind), 0) as behind
           from (select distinct consumer from consumer_cursors) as n
           cross join generate_series(0, ${SHARDS - 1}) as s(shard)
           left join consumer_cursors c on c.consumer = n.consumer and c.shard = s.shard
           cross join lateral (select count(*) as behind from event_log e
                               where e.shard = s.shard and e.position > coalesce(c.position, 0)) l
           group by n.consumer`,
  });
  return new Map(rows.map(({ consumer, behind }) => [consumer, Number(behind)]));
}

/** Moves a cursor forward; a late writer with an older position changes nothing. */
export async function advanceCursor(
  db: Queryable,
  consumer: string,
  shard: number,
  position: bigint,
): Promise<void> {
  await db.query(advanceCursorsQuery(consumer, new Map([[shard, position]]), false));
}

/**
 * The statement that advances the cursors of several shards.
 *
 * @param exist whether all of them exist. These are updated, because `on conflict` locks each row
 * first: two thirds more WAL, for every consumer.
 */
export function advanceCursorsQuery(
  consumer: string,
  positions: ReadonlyMap<number, bigint>,
  exist: boolean,
): pg.QueryConfig {
  const sorted = [...positions].sort(([one], [other]) => one - other);
  const values = [
    consumer,
    sorted.map(([shard]) => shard),
    sorted.map(([, position]) => `${position}`),
  ];
  if (exist) {
    return {
      name: 'advance_cursors',
      text: `update consumer_cursors c set position = n.position, updated_at = now()
             from unnest($2::int[], $3::bigint[]) as n(shard, position)
             where c.consumer = $1 and c.shard = n.shard and c.position < n.position`,
      values,
    };
  }
  return {
    name: 'set_cursors',
    text: `insert into consumer_cursors (consumer, shard, position, updated_at)
           select $1, n.shard, n.position, now()
           from unnest($2::int[], $3::bigint[]) as n(shard, position)
           on conflict (consumer, shard) do update
             set position = excluded.position, updated_at = now()
             where consumer_cursors.position < excluded.position`,
    values,
  };
}

/** Returns the newest position of each shard that has any entry: where a new consumer may begin. */
export async function logHeads(db: Queryable): Promise<Map<number, bigint>> {
  const rows = await queryRows<{ shard: number; position: string }>(db, {
    name: 'log_heads',
    text: `select s.shard, h.position from generate_series(0, ${SHARDS - 1}) as s(shard)
           cross join lateral (select position from event_log where shard = s.shard
                               order by position desc limit 1) h`,
  });
  return new Map(rows.map((row) => [row.shard, BigInt(row.position)]));
}

/**
 * Puts a consumer without any cursor after all existing entries. It is one statement, so that only
 * one of several processes that start at once does it; a shard without entries gets a cursor too,
 * because that distinguishes a known consumer from a new one.
 */
export async function beginAtHeads(db: Queryable, consumer: string): Promise<void> {
  await db.query({
    name: 'begin_at_heads',
    text: `insert into consumer_cursors (consumer, shard, position, updated_at)
           select $1, s.shard, coalesce(h.position, 0), now()
           from generate_series(0, ${SHARDS - 1}) as s(shard)
           left join lateral (select position from event_log where shard = s.shard
                              order by position desc limit 1) h on true
           where not exists (select from consumer_cursors where consumer = $1)
           on conflict (consumer, shard) do nothing`,
    values: [consumer],
  });
}

/** Returns the shards whose oldest entry was recorded before `beforeMs`. */
export function shardsWithEntriesBefore(db: Queryable, beforeMs: number): Promise<number[]> {
  return queryColumn<number>(db, {
    name: 'shards_with_entries_before',
    text: `select s.shard from generate_series(0, ${SHARDS - 1}) as s(shard)
           cross join lateral (select recorded_at from event_log where shard = s.shard
                               order by position limit 1) as oldest
           where oldest.recorded_at < to_timestamp($1 / 1000.0)`,
    values: [beforeMs],
  });
}

/**
 * Reads at most `limit` of a shard's oldest entries; returns those recorded before `beforeMs`.
 *
 * @param except entries of these subjects are left out.
 */
export async function oldestLogEntries(
  db: Queryable,
  shard: number,
  beforeMs: number,
  limit: number,
  except: readonly string[] = [],
): Promise<readonly { readonly position: bigint; readonly subjectId: string }[]> {
  const rows = await queryRows<{ position: string; subjectId: string }>(db, {
    name: 'oldest_log_entries',
    text: `select position, subject_id from (
             select position, subject_id, recorded_at from event_log
             where shard = $1 and subject_id <> all($4::uuid[])
             order by position limit $3) as oldest
           where recorded_at < to_timestamp($2 / 1000.0) order by position`,
    values: [shard, beforeMs, limit, except],
  });
  return rows.map((row) => ({ position: BigInt(row.position), subjectId: row.subjectId }));
}

/** Removes a shard's entries up to a position, except those of some subjects; returns how many. */
export function dropLogEntries(
  db: Queryable,
  shard: number,
  upTo: bigint,
  except: readonly string[] = [],
): Promise<number> {
  return queryCount(db, {
    name: 'drop_log_entries',
    text: `delete from event_log
           where shard = $1 and position <= $2 and subject_id <> all($3::uuid[])`,
    values: [shard, upTo.toString(), except],
  });
}
