import type { Queryable } from '../database/database.ts';
import { queryRow } from '../database/query-rows.ts';

/** A restore from a backup, as recorded in the restored database. */
interface Restore {
  readonly id: string;
  readonly backup: string;
  readonly coversUntilMs: number;
  /** The lost hub may have published what happened before this time. */
  readonly fencedUntilMs: number;
  readonly restoredAtMs: number;
  readonly sequenceFloor: number;
}

/** Returns the latest restore; null if the hub was never restored. */
export async function latestRestore(db: Queryable): Promise<Restore | null> {
  return queryRow<Restore>(
    db,
    `select id, backup, covers_until, fenced_until, restored_at, sequence_floor
     from restores order by sequence_floor desc limit 1`,
  );
}

/** Records that a backup was restored. */
export async function insertRestore(db: Queryable, restore: Restore): Promise<void> {
  await db.query(
    `insert into restores (id, backup, covers_until, fenced_until, restored_at, sequence_floor)
     values ($1, $2, to_timestamp($3 / 1000.0), to_timestamp($4 / 1000.0),
             to_timestamp($5 / 1000.0), $6)`,
    [
      restore.id,
      restore.backup,
      restore.coversUntilMs,
      restore.fencedUntilMs,
      restore.restoredAtMs,
      restore.sequenceFloor,
    ],
  );
}
