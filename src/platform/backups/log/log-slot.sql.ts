import { createHash } from 'node:crypto';
import type { Queryable } from '../../database/database.ts';
import { lsnOf } from './wal-names.ts';

/** Where the log that a place of backups has not got yet begins and ends. Needs a superuser. */
export interface LogSlot {
  readonly slot: string;
  readonly timeline: number;
  /** Null: the server has given it up, and with it the log. */
  readonly from: bigint | null;
  /** All before is on the server's disk. */
  readonly to: bigint;
}

/** A replication slot for each place: it keeps the log until it was stored there. */
function slotName(place: string): string {
  return `waybill_log_${createHash('sha256').update(place).digest('hex').slice(0, 16)}`;
}

/** Null: that place is for backups alone. */
export async function logSlot(db: Queryable, place: string): Promise<LogSlot | null> {
  const slot = slotName(place);
  const { rows } = await db.query<{ timeline: number; from: string | null; to: string }>(
    `select (select timeline_id from pg_control_checkpoint()) as timeline,
            restart_lsn::text as from, pg_current_wal_flush_lsn()::text as to
     from pg_replication_slots where slot_name = $1`,
    [slot],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { timeline, from, to } = row;
  return { slot, timeline, from: from === null ? null : lsnOf(from), to: lsnOf(to) };
}

/** From now on the log is kept for the place, also while no session of ours is there. */
export async function makeSlot(db: Queryable, place: string): Promise<void> {
  await db.query('select pg_create_physical_replication_slot($1, true)', [slotName(place)]);
}

export async function dropSlot(db: Queryable, place: string): Promise<void> {
  await db.query(
    'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1',
    [slotName(place)],
  );
}

const IN_USE = '55006';

/** What is before need not be kept any longer for the place; if another has got further, that holds. */
export async function advanceSlot(db: Queryable, slot: string, lsn: string): Promise<void> {
  try {
    await db.query(
      `select pg_replication_slot_advance(slot_name, $2::pg_lsn) from pg_replication_slots
       where slot_name = $1 and restart_lsn < $2::pg_lsn`,
      [slot, lsn],
    );
  } catch (error) {
    // Somebody else is just doing it; the next segment advances past this one, too.
    if ((error as { code?: unknown }).code === IN_USE) return;
    if (!(await isBeyond(db, slot, lsn))) throw error;
  }
}

/** Whether the place has all that is before: another process stores the same log. */
export async function isBeyond(db: Queryable, slot: string, lsn: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'select from pg_replication_slots where slot_name = $1 and restart_lsn >= $2::pg_lsn',
    [slot, lsn],
  );
  return rowCount === 1;
}

/** Ends the segment that is being written, so that it can be stored. */
export async function endSegment(db: Queryable): Promise<void> {
  await db.query('select pg_switch_wal()');
}
