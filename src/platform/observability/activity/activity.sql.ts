import type { Queryable } from '../../database/database.ts';
import { queryCount, queryRows } from '../../database/query-rows.ts';
import { ACTIVITY_KINDS, type Activity, type ActivitySlot } from './activity.ts';

/** Adds one process's activity to that of others in the same slot; zeros are omitted. */
export async function addActivity(db: Queryable, atMs: number, done: Activity): Promise<void> {
  const kinds = ACTIVITY_KINDS.filter((kind) => done[kind] > 0);
  if (kinds.length === 0) return;
  await db.query({
    name: 'add_activity',
    text: `insert into activity (at, kind, value)
           select to_timestamp($1 / 1000.0), kind, value
           from unnest($2::text[], $3::float8[]) as done (kind, value)
           on conflict (at, kind) do update set value = activity.value + excluded.value`,
    values: [atMs, kinds, kinds.map((kind) => done[kind])],
  });
}

export async function activitySince(db: Queryable, sinceMs: number): Promise<ActivitySlot[]> {
  return queryRows<ActivitySlot>(db, {
    name: 'activity_since',
    text: 'select at, kind, value from activity where at >= to_timestamp($1 / 1000.0) order by at',
    values: [sinceMs],
  });
}

export function dropActivityBefore(db: Queryable, beforeMs: number): Promise<number> {
  return queryCount(db, {
    name: 'drop_activity',
    text: 'delete from activity where at < to_timestamp($1 / 1000.0)',
    values: [beforeMs],
  });
}

/** Removes what a clock that was ahead has recorded; returns how many rows. */
export function dropActivityAfter(db: Queryable, afterMs: number): Promise<number> {
  return queryCount(db, {
    name: 'drop_activity_ahead',
    text: 'delete from activity where at > to_timestamp($1 / 1000.0)',
    values: [afterMs],
  });
}
