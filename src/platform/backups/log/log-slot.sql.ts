import { createHash } from 'node:crypto';
import type { Queryable } from '../../database/database.ts';
import { queryAny, queryRows } from '../../database/query-rows.ts';
import { lsnOf, segmentAt } from './log-files.ts';

/** The part of the write-ahead log that a backup location does not have yet. Needs a superuser. */
export interface LogSlot {
  readonly slot: string;
  readonly timeline: number;
  /** Null: the server has dropped the slot's log. */
  readonly from: bigint | null;
  /** Everything before this position is on the server's disk. */
  readonly to: bigint;
}

/** The name of a place's replication slot, which retains the log until it was stored there. */
function slotName(place: string): string {
  return `waybill_log_${createHash('sha256').update(place).digest('hex').slice(0, 16)}`;
}

/** Returns a place's slot; null if it receives backups only and no log. */
export async function logSlot(db: Queryable, place: string): Promise<LogSlot | null> {
  const slot = slotName(place);
  const rows = await queryRows<{ timeline: number; from: string | null; to: string }>(
    db,
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

/** The log that is on the server's disk only because a place has not stored it yet. */
export interface WaitingLog {
  /** Null: the server has dropped the slot's log. */
  readonly bytes: number | null;
  /** How much later the latest part was written than the oldest that waits; 0: all is stored. */
  readonly forMs: number;
}

/** Returns how much log waits for a place; null if no log is retained for it. */
export async function waitingLog(db: Queryable, place: string): Promise<WaitingLog | null> {
  const slot = await logSlot(db, place);
  if (slot === null) return null;
  if (slot.from === null) return { bytes: null, forMs: 0 };
  const [first, last] = [slot.from, slot.to].map((lsn) => segmentAt(slot.timeline, lsn));
  const rows = await queryRows<{ forMs: number | null }>(
    db,
    `select extract(epoch from max(modification)
              - min(modification) filter (where name = $1))::float8 * 1000 as for_ms
     from pg_ls_waldir() where name between $1 and $2 and $1 <> $2`,
    [first, last],
  );
  return { bytes: Number(slot.to - slot.from), forMs: Math.max(0, rows[0]?.forMs ?? 0) };
}

/**
 * Makes the server retain the log for the place from now on, even while no session of ours is
 * connected.
 */
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

/**
 * Releases the log before this position for the place; a slot that is already further does not move
 * back.
 */
export async function advanceSlot(db: Queryable, slot: string, lsn: string): Promise<void> {
  try {
    await db.query(
      `select pg_replication_slot_advance(slot_name, $2::pg_lsn) from pg_replication_slots
       where slot_name = $1 and restart_lsn < $2::pg_lsn`,
      [slot, lsn],
    );
  } catch (error) {
    // Another process is advancing the slot; the next segment advances it past this one, too.
    if ((error as { code?: unknown }).code === IN_USE) return;
    if (!(await isBeyond(db, slot, lsn))) throw error;
  }
}

/** Whether the place has everything before this position, stored by another process. */
export function isBeyond(db: Queryable, slot: string, lsn: string): Promise<boolean> {
  return queryAny(
    db,
    'select from pg_replication_slots where slot_name = $1 and restart_lsn >= $2::pg_lsn',
    [slot, lsn],
  );
}

/** Ends the segment that is being written, so that it can be stored. */
export async function endSegment(db: Queryable): Promise<void> {
  await db.query('select pg_switch_wal()');
}
