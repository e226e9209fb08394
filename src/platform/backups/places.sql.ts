import type { Queryable } from '../database/database.ts';
import { queryRows } from '../database/query-rows.ts';

/** A place where backups of this hub are stored. */
export interface BackupPlace {
  readonly place: string;
  /** Null: no backup was finished there yet. */
  readonly lastCoversUntilMs: number | null;
  /**
   * Since when the log between backups is no longer archived although it was requested; null: it is
   * archived, or not requested.
   */
  readonly logGivenUpAtMs: number | null;
}

/** Records a backup location; from now on erasures are also listed there. */
export async function rememberPlace(db: Queryable, place: string, nowMs: number): Promise<void> {
  await db.query(
    `insert into backup_places (place, added_at) values ($1, to_timestamp($2 / 1000.0))
     on conflict do nothing`,
    [place, nowMs],
  );
}

export async function noteBackup(
  db: Queryable,
  place: string,
  made: { readonly id: string; readonly coversUntilMs: number },
): Promise<void> {
  await db.query(
    `update backup_places set last_backup = $2, last_covers_until = to_timestamp($3 / 1000.0)
     where place = $1`,
    [place, made.id, made.coversUntilMs],
  );
}

export async function backupPlaces(db: Queryable): Promise<readonly BackupPlace[]> {
  return queryRows<BackupPlace>(
    db,
    'select place, last_covers_until, log_given_up_at from backup_places order by place',
  );
}

/**
 * Records whether the log of a place was given up.
 *
 * @param atMs null: the log is archived for the place again, or no longer requested.
 */
export async function noteLogGivenUp(
  db: Queryable,
  place: string,
  atMs: number | null,
): Promise<void> {
  await db.query(
    'update backup_places set log_given_up_at = to_timestamp($2 / 1000.0) where place = $1',
    [place, atMs],
  );
}
