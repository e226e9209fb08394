import type { Queryable } from '../database/database.ts';
import { queryColumn, queryCount, queryRows, queryValue } from '../database/query-rows.ts';

/** Records an erasure in the transaction that erases, to be sent to each backup location. */
export async function noteErasure(tx: Queryable, subjectId: string, atMs: number): Promise<void> {
  await tx.query({
    name: 'note_erasure',
    text: `insert into erasures_to_list (place, subject_id, erased_at)
           select place, $1, to_timestamp($2 / 1000.0) from backup_places on conflict do nothing`,
    values: [subjectId, atMs],
  });
}

/** Returns the places whose list lacks some erasures. */
export function placesBehind(db: Queryable): Promise<string[]> {
  return queryColumn<string>(
    db,
    `select place from backup_places p
     where exists (select from erasures_to_list e where e.place = p.place) order by place`,
  );
}

interface ErasureToList {
  readonly subjectId: string;
  readonly erasedAtMs: number;
}

/**
 * Locks and returns the erasures to be listed at a place; skips those that another process has
 * locked.
 */
export async function takeErasures(
  tx: Queryable,
  place: string,
  limit: number,
): Promise<readonly ErasureToList[]> {
  return queryRows<ErasureToList>(
    tx,
    `select subject_id, erased_at from erasures_to_list where place = $1
     order by subject_id limit $2 for update skip locked`,
    [place, limit],
  );
}

export async function dropListed(
  tx: Queryable,
  place: string,
  listed: readonly ErasureToList[],
): Promise<void> {
  await tx.query('delete from erasures_to_list where place = $1 and subject_id = any($2::uuid[])', [
    place,
    listed.map(({ subjectId }) => subjectId),
  ]);
}

/**
 * Drops the erasures for places that were given up: their backups are too old to be restored by
 * now.
 */
export function dropUnlistedBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return queryCount(
    db,
    `delete from erasures_to_list where (place, subject_id) in (
       select place, subject_id from erasures_to_list
       where erased_at < to_timestamp($1 / 1000.0) limit $2)`,
    [beforeMs, limit],
  );
}

/** Since when the oldest erasure has waited for its place; null if none waits. */
export function oldestUnlistedMs(db: Queryable): Promise<number | null> {
  return queryValue<number>(db, 'select min(erased_at) as at from erasures_to_list');
}
