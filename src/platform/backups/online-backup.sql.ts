import type { Queryable } from '../database/database.ts';
import { queryRows, queryValue } from '../database/query-rows.ts';

/** "backup" on a phone's keys; the lock allows one backup of a hub at a time. */
const LOCK_KEY = 222_587;

/** Takes the lock of backups; false if another session is making a backup. */
export async function lockBackups(db: Queryable): Promise<boolean> {
  return (
    (await queryValue<boolean>(db, 'select pg_try_advisory_lock($1) as locked', [LOCK_KEY])) ===
    true
  );
}

export interface ServerFacts {
  readonly version: string;
  readonly major: number;
  readonly timeline: number;
  readonly migration: string;
}

export async function serverFacts(db: Queryable): Promise<ServerFacts> {
  const rows = await queryRows<ServerFacts>(
    db,
    `
    select current_setting('server_version') as version,
           current_setting('server_version_num')::int / 10000 as major,
           (select timeline_id from pg_control_checkpoint()) as timeline,
           (select max(name) from knex_migrations) as migration`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("the query for the server's facts returned no row");
  return row;
}

/** The server facts that need no superuser, for a PostgreSQL server we may not control. */
export async function externalFacts(
  db: Queryable,
): Promise<Pick<ServerFacts, 'version' | 'migration'>> {
  const rows = await queryRows<Pick<ServerFacts, 'version' | 'migration'>>(
    db,
    `
    select current_setting('server_version') as version,
           (select max(name) from knex_migrations) as migration`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("the query for the server's facts returned no row");
  return row;
}

/**
 * Retains the log from now on until the session ends for any reason: without it a checkpoint would
 * recycle segments before they are copied.
 */
export async function holdLog(db: Queryable, slot: string): Promise<void> {
  await db.query('select pg_create_physical_replication_slot($1, true, true)', [slot]);
}

/** Starts the backup; resolves with the first segment that a recovery of the copy needs. */
export async function startBackup(
  db: Queryable,
  label: string,
): Promise<{ readonly lsn: string; readonly segment: string }> {
  const rows = await queryRows<{ lsn: string; segment: string }>(
    db,
    `select s.lsn::text as lsn, pg_walfile_name(s.lsn) as segment
     from (select pg_backup_start($1, true) as lsn) as s`,
    [label],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('pg_backup_start returned no row');
  return row;
}

export interface StoppedBackup {
  readonly lsn: string;
  /** The segment that contains the end of the backup; all of it is on disk. */
  readonly segment: string;
  /** The text of `backup_label`, by which a server knows that it starts on a copy. */
  readonly label: string;
  /** Everything committed before this time is in the copy. */
  readonly coversUntil: Date;
  /** Everything committed after this time is not in the copy. */
  readonly stoppedAt: Date;
}

/** Ends the online backup. Everything committed before `coversUntil` is in it. */
export async function stopBackup(db: Queryable): Promise<StoppedBackup> {
  const before = await db.query<{ now: Date }>('select clock_timestamp() as now');
  const rows = await queryRows<{ lsn: string; segment: string; label: string }>(
    db,
    `select s.lsn::text as lsn, pg_walfile_name(s.lsn) as segment, s.labelfile as label
     from pg_backup_stop(false) as s`,
  );
  const after = await db.query<{ now: Date }>('select clock_timestamp() as now');
  const [row] = rows;
  const [coversUntil, stoppedAt] = [before.rows[0]?.now, after.rows[0]?.now];
  if (row === undefined || coversUntil === undefined || stoppedAt === undefined) {
    throw new Error('pg_backup_stop returned no row');
  }
  return { ...row, coversUntil, stoppedAt };
}

export async function keyProbe(db: Queryable): Promise<Buffer> {
  const rows = await queryRows<{ canary: Buffer }>(db, 'select canary from installation');
  const [row] = rows;
  if (row === undefined) {
    throw new Error('The database is new: start the hub once before you back it up.');
  }
  return row.canary;
}
