import type pg from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { type Database, type Queryable, withTransaction } from '../database/database.ts';
import { queryAny, queryColumn, queryRows } from '../database/query-rows.ts';
import { advanceCursor, type LogEntry, type LogRow, logEntry } from './event-log.ts';

/** An entry of the log that a consumer could not handle and skipped. */
export interface DeadEntry {
  readonly consumer: string;
  readonly shard: number;
  readonly position: bigint;
  readonly entryId: string;
  readonly type: string;
  /** The kind and place of the error. */
  readonly error: string;
  readonly atMs: number;
  /** Whether a retry was requested, which comes next. */
  readonly again: boolean;
}

/** Nobody investigates skipped entries after a quarter of a year. */
const RETENTION = '90 days';

/** The id that people use for an entry: `notifications/12/3456`. */
export function deadEntryId({
  consumer,
  shard,
  position,
}: Pick<DeadEntry, 'consumer' | 'shard' | 'position'>): string {
  return `${consumer}/${shard}/${position}`;
}

/** Stores a dead entry and moves the consumer's cursor past it, both or neither. */
export async function skipEntry(
  pool: pg.Pool,
  consumer: string,
  entry: LogEntry,
  error: unknown,
): Promise<void> {
  await withTransaction(pool, async (tx) => {
    await storeDeadEntry(tx, consumer, entry, error);
    await advanceCursor(tx, consumer, entry.shard, entry.position);
  });
}

/** Stores a dead entry, or updates the stored one with the latest error. */
export async function storeDeadEntry(
  db: Queryable,
  consumer: string,
  { shard, position, id }: LogEntry,
  error: unknown,
): Promise<void> {
  await db.query({
    name: 'keep_dead_entry',
    text: `with old as (
             delete from dead_log_entries where consumer = $1 and at < now() - $6::interval)
           insert into dead_log_entries (consumer, shard, position, entry_id, error, at)
           values ($1, $2, $3, $4, $5, now())
           on conflict (consumer, shard, position) do update
             set error = excluded.error, at = excluded.at, again = false`,
    values: [consumer, shard, position.toString(), id, errorPlace(error), RETENTION],
  });
}

/**
 * Stores entries that wait for a worker of the cluster as dead entries whose retry was requested.
 */
export async function postponeEntries(
  db: Queryable,
  consumer: string,
  entries: readonly LogEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await db.query({
    name: 'postpone_entries',
    text: `insert into dead_log_entries (consumer, shard, position, entry_id, error, at, again)
           select $1, e.shard, e.position, e.id, 'a worker of the cluster does not answer', now(), true
           from unnest($2::smallint[], $3::bigint[], $4::uuid[]) as e(shard, position, id)
           on conflict (consumer, shard, position) do nothing`,
    values: [
      consumer,
      entries.map(({ shard }) => shard),
      entries.map(({ position }) => position.toString()),
      entries.map(({ id }) => id),
    ],
  });
}

/** Returns the latest dead entries, newest first. */
export async function deadEntries(db: Queryable, limit: number): Promise<DeadEntry[]> {
  const rows = await queryRows<Omit<DeadEntry, 'position'> & { readonly position: string }>(db, {
    name: 'dead_entries',
    text: `select d.consumer, d.shard, d.position, d.entry_id, e.type, d.error, d.at, d.again from dead_log_entries d
           join event_log e on e.shard = d.shard and e.position = d.position
           order by d.at desc, d.consumer, d.shard, d.position limit $1`,
    values: [limit],
  });
  return rows.map((row) => ({ ...row, position: BigInt(row.position) }));
}

/** Returns the number of dead entries of each consumer that has any. */
export async function countDeadEntries(db: Queryable): Promise<ReadonlyMap<string, number>> {
  const rows = await queryRows<{ consumer: string; dead: number }>(db, {
    name: 'count_dead_entries',
    text: `select consumer, count(*)::int as dead from dead_log_entries
           group by consumer order by consumer`,
  });
  return new Map(rows.map(({ consumer, dead }) => [consumer, dead]));
}

/** Registers a gauge of dead entries, read on each scrape: all processes report the same. */
export function registerDeadEntryGauge(
  registry: Registry,
  { pipeline }: Pick<Database, 'pipeline'>,
): void {
  new Gauge({
    name: 'waybill_dead_log_entries',
    help: 'Event log entries that a consumer could not handle and skipped.',
    labelNames: ['consumer'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const [consumer, dead] of await countDeadEntries(pipeline)) {
        this.set({ consumer }, dead);
      }
    },
  });
}

/** Requests a retry of these entries, or of all; returns those that exist. */
export function requestRetry(
  db: Queryable,
  ids: readonly string[] | 'all',
): Promise<readonly string[]> {
  return queryColumn<string>(db, {
    name: 'want_dead_entries_again',
    text: `update dead_log_entries set again = true
           where $1::text[] is null or ${ID} = any($1) returning ${ID} as id`,
    values: [ids === 'all' ? null : ids],
  });
}

/** Deletes dead entries that somebody has dealt with; returns those that existed. */
export function forgetDeadEntries(
  db: Queryable,
  ids: readonly string[],
): Promise<readonly string[]> {
  return queryColumn<string>(db, {
    name: 'forget_dead_entries',
    text: `delete from dead_log_entries where ${ID} = any($1::text[]) returning ${ID} as id`,
    values: [ids],
  });
}

const ID = `(consumer || '/' || shard || '/' || position)`;

/** Returns entries of a consumer whose retry was requested, oldest first. */
export async function entriesToRetry(
  db: Queryable,
  consumer: string,
  limit: number,
): Promise<LogEntry[]> {
  const rows = await queryRows<LogRow>(db, {
    name: 'entries_to_retry',
    text: `select e.* from dead_log_entries d
           join event_log e on e.shard = d.shard and e.position = d.position
           where d.consumer = $1 and d.again order by d.position limit $2`,
    values: [consumer, limit],
  });
  return rows.map(logEntry);
}

/** Whether a retry is still requested, checked again after waiting for a lock. */
export function isRetryRequested(
  db: Queryable,
  consumer: string,
  { shard, position }: Pick<LogEntry, 'shard' | 'position'>,
): Promise<boolean> {
  return queryAny(db, {
    name: 'is_dead_entry_wanted_again',
    text: `select from dead_log_entries
           where consumer = $1 and shard = $2 and position = $3 and again`,
    values: [consumer, shard, position.toString()],
  });
}

/**
 * Returns the kind and place of an error: `TypeError 22P02 at src/reactions/…/decide.ts:12`. The
 * message is left out: databases and parsers quote their input, which may be personal data.
 */
function errorPlace(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const own = frames.map(ownPlace).find((place) => place !== null) ?? null;
  const kind = /^\w{1,40}$/.test(error.name) ? error.name : 'Error';
  const known = /^\w{1,20}$/.test(code) ? ` ${code}` : '';
  return `${kind}${known}${own === null ? '' : ` at ${own}`}`;
}

/** Returns the place `src/…/decide.ts:12` of a stack's line in our own code; null for others. */
function ownPlace(frame: string): string | null {
  const path = frame.replaceAll('\\', '/');
  if (path.includes('/node_modules/')) return null;
  const from = path.indexOf('/src/');
  return from < 0 ? null : (/^[\w./-]+:\d+/.exec(path.slice(from + 1))?.[0] ?? null);
}
