import type { Queryable } from '../../platform/database/database.ts';
import { leasedRows } from '../../platform/work/leased-rows.ts';
import type { DuePurge, ParcelKey, SettledPurge } from './purge-row.ts';

/** Every cache is to forget these parcels, at once and as often as `rounds` says. */
export async function wantPurges(
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

/** Takes due parcels of one cache, away from other processes until `leaseUntilMs`. */
export async function takeDuePurges(
  db: Queryable,
  purger: string,
  limit: number,
  nowMs: number,
  leaseUntilMs: number,
): Promise<DuePurge[]> {
  const { rows } = await db.query<{
    carrier: string;
    tracking_number: string;
    change: string;
    changed_at: Date;
    rounds: number;
    attempts: number;
  }>({
    name: 'take_due_purges',
    text: `
      update cache_purges set due_at = to_timestamp($4 / 1000.0), attempts = attempts + 1
      where (purger, carrier, tracking_number) in (
        select purger, carrier, tracking_number from cache_purges
        where purger = $1 and due_at <= to_timestamp($3 / 1000.0)
        order by due_at limit $2 for update skip locked)
      returning carrier, tracking_number, change, changed_at, rounds, attempts`,
    values: [purger, limit, nowMs, leaseUntilMs],
  });
  return rows.map((row) => ({
    carrier: row.carrier,
    trackingNumber: row.tracking_number,
    change: row.change,
    changedAtMs: row.changed_at.getTime(),
    rounds: row.rounds,
    attempts: row.attempts,
  }));
}

/**
 * Parcels that have changed since they were taken stay due: the change wants its own purge. Rows are
 * locked in the order in which `wantPurges` locks them, so that neither waits for the other for ever.
 */
export async function settlePurges(
  db: Queryable,
  purger: string,
  settled: readonly SettledPurge[],
): Promise<void> {
  const values = [
    purger,
    settled.map(({ carrier }) => carrier),
    settled.map(({ trackingNumber }) => trackingNumber),
    settled.map(({ change }) => change),
  ];
  const given = `unnest($2::text[], $3::text[], $4::bigint[]`;
  await db.query({
    name: 'move_purges',
    text: `
      with held as (
        select c.carrier, c.tracking_number, s.due_ms, s.rounds, s.attempts
        from cache_purges c
        join ${given}, $5::float8[], $6::smallint[], $7::smallint[])
          as s(carrier, tracking_number, change, due_ms, rounds, attempts)
          on c.carrier = s.carrier and c.tracking_number = s.tracking_number
            and c.change = s.change and s.due_ms is not null
        where c.purger = $1 order by c.carrier, c.tracking_number for update of c)
      update cache_purges c
      set due_at = to_timestamp(h.due_ms / 1000.0), rounds = h.rounds, attempts = h.attempts
      from held h
      where c.purger = $1 and c.carrier = h.carrier and c.tracking_number = h.tracking_number`,
    values: [
      ...values,
      settled.map(({ dueAtMs }) => dueAtMs),
      settled.map(({ rounds }) => rounds),
      settled.map(({ attempts }) => attempts),
    ],
  });
  await db.query({
    name: 'drop_purges',
    text: `
      with held as (
        select c.carrier, c.tracking_number
        from cache_purges c
        join ${given}, $5::bool[]) as s(carrier, tracking_number, change, over)
          on c.carrier = s.carrier and c.tracking_number = s.tracking_number
            and c.change = s.change and s.over
        where c.purger = $1 order by c.carrier, c.tracking_number for update of c)
      delete from cache_purges c using held h
      where c.purger = $1 and c.carrier = h.carrier and c.tracking_number = h.tracking_number`,
    values: [...values, settled.map(({ dueAtMs }) => dueAtMs === null)],
  });
}

/** Caches that are named no more have nothing to forget. */
export async function dropForeignPurges(db: Queryable, purgers: readonly string[]): Promise<void> {
  await db.query('delete from cache_purges where not (purger = any ($1::text[]))', [purgers]);
}

/** When the next parcel of any cache is due; null: none waits. */
export async function nextPurgeAtMs(
  db: Queryable,
  purgers: readonly string[],
): Promise<number | null> {
  const { rows } = await db.query<{ due_at: Date | null }>({
    name: 'next_purge_at',
    text: 'select min(due_at) as due_at from cache_purges where purger = any ($1::text[])',
    values: [purgers],
  });
  return rows[0]?.due_at?.getTime() ?? null;
}
