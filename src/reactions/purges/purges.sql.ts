import type { Queryable } from '../../platform/database/database.ts';
import { queryValue } from '../../platform/database/query-rows.ts';
import { leasedRows } from '../../platform/work/leased-rows.ts';
import type { DuePurge, ParcelKey, SettledPurge } from './purger.ts';

/** Schedules purges of these parcels in every cache: now, and as often as `rounds` says. */
export async function schedulePurges(
  db: Queryable,
  purgers: readonly string[],
  parcels: readonly ParcelKey[],
  rounds: number,
  nowMs: number,
): Promise<void> {
  await db.query({
    name: 'want_purges',
    text: `
      insert into cache_purges (purger, carrier, tracking_number, changed_at, rounds, due_at)
      select p.purger, n.carrier, n.tracking_number, at.now, $4, at.now
      from unnest($1::text[]) as p(purger)
      cross join unnest($2::text[], $3::text[]) as n(carrier, tracking_number)
      cross join (select to_timestamp($5 / 1000.0) as now) as at
      order by p.purger, n.carrier, n.tracking_number
      on conflict (purger, carrier, tracking_number) do update
        set change = cache_purges.change + 1, changed_at = excluded.changed_at,
            rounds = excluded.rounds, due_at = excluded.due_at, attempts = 0`,
    values: [
      purgers,
      parcels.map(({ carrier }) => carrier),
      parcels.map(({ trackingNumber }) => trackingNumber),
      rounds,
      nowMs,
    ],
  });
}

/**
 * The leased rows of purges. Each change of a parcel has a token of its own: a process that purged
 * the state before the change cannot settle the row.
 */
const PURGES = leasedRows<PurgeKey>({
  table: 'cache_purges',
  alias: 'c',
  key: {
    purger: { type: 'text', of: ({ purger }) => purger },
    carrier: { type: 'text', of: ({ carrier }) => carrier },
    tracking_number: { type: 'text', of: ({ trackingNumber }) => trackingNumber },
  },
  until: 'due_at',
  token: { column: 'change', type: 'bigint', of: ({ change }) => change },
});

interface PurgeKey extends ParcelKey {
  readonly purger: string;
  readonly change: string;
}

/** Claims due purges of one cache until `leaseUntilMs`, so that no other process takes them. */
export async function takeDuePurges(
  db: Queryable,
  purger: string,
  limit: number,
  nowMs: number,
  leaseUntilMs: number,
): Promise<DuePurge[]> {
  return PURGES.claim<DuePurge>(db, {
    name: 'take_due_purges',
    find: `where c.purger = $1 and c.due_at <= to_timestamp($3 / 1000.0)
           order by c.due_at limit $2`,
    until: 'to_timestamp($4 / 1000.0)',
    set: 'attempts = c.attempts + 1',
    returning: 'c.carrier, c.tracking_number, c.change, c.changed_at, c.rounds, c.attempts',
    values: [purger, limit, nowMs, leaseUntilMs],
  });
}

/**
 * Stores the results of claimed purges. A parcel that has changed since it was claimed stays due,
 * because the change needs its own purge.
 */
export async function settlePurges(
  db: Queryable,
  purger: string,
  settled: readonly SettledPurge[],
): Promise<void> {
  const ownRows = settled.map((each) => ({ ...each, purger }));
  const later = ownRows.filter(({ dueAtMs }) => dueAtMs !== null);
  await PURGES.change(db, later, {
    name: 'move_purges',
    set: 'due_at = to_timestamp(given.due_ms / 1000.0), rounds = given.rounds, attempts = given.attempts',
    given: {
      due_ms: { type: 'float8', of: ({ dueAtMs }) => dueAtMs },
      rounds: { type: 'smallint', of: ({ rounds }) => rounds },
      attempts: { type: 'smallint', of: ({ attempts }) => attempts },
    },
  });
  const over = ownRows.filter(({ dueAtMs }) => dueAtMs === null);
  await PURGES.change(db, over, { name: 'drop_purges', set: null });
}

/** Removes the purges of caches that are no longer configured. */
export async function dropForeignPurges(db: Queryable, purgers: readonly string[]): Promise<void> {
  await db.query('delete from cache_purges where not (purger = any ($1::text[]))', [purgers]);
}

/** When the next purge of any of these caches is due; null: none is waiting. */
export function nextPurgeAtMs(db: Queryable, purgers: readonly string[]): Promise<number | null> {
  return queryValue<number>(db, {
    name: 'next_purge_at',
    text: 'select min(due_at) as due_at from cache_purges where purger = any ($1::text[])',
    values: [purgers],
  });
}
