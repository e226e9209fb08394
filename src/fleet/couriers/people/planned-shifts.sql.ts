import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable, Transaction } from '../../../platform/database/database.ts';
import {
  queryAny,
  queryCount,
  queryRow,
  queryRows,
} from '../../../platform/database/query-rows.ts';
import { setShift } from './couriers.sql.ts';

/** A shift that somebody has planned for a courier. */
export interface PlannedShift {
  readonly id: string;
  readonly courierId: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** Whether its start has come. Since then only the courier's own shift counts. */
  readonly started: boolean;
}

const COLUMNS = 'id, courier_id, starts_at, ends_at, started';

/** Maximum of shifts in one answer: half a year of one courier, or a week of a hundred. */
const SHIFTS_MAX = 1_000;

/** Inserts a planned shift. Returns false if the courier has another one at that time. */
export function insertShift(
  tx: Transaction,
  { merchantId, mode }: Tenant,
  shift: Omit<PlannedShift, 'started'>,
): Promise<boolean> {
  return queryAny(
    tx,
    `insert into courier_shifts (id, courier_id, merchant_id, mode, starts_at, ends_at)
     select $1, $2, $3, $4, starts, ends
     from to_timestamp($5 / 1000.0) as starts, to_timestamp($6 / 1000.0) as ends
     where not exists (
       select from courier_shifts
       where courier_id = $2 and starts_at < ends and ends_at > starts)`,
    [shift.id, shift.courierId, merchantId, mode, shift.startsAtMs, shift.endsAtMs],
  );
}

/** The planned shifts between two times that the current role may see, in order of their start. */
export async function shiftsBetween(
  db: Queryable,
  of: {
    /** Null: of all couriers. */
    readonly courierId: string | null;
    readonly fromMs: number;
    /** Null: all later ones. */
    readonly toMs: number | null;
  },
): Promise<PlannedShift[]> {
  return queryRows<PlannedShift>(
    db,
    `select ${COLUMNS} from courier_shifts
     where ends_at > to_timestamp($1 / 1000.0)
       and ($2::float8 is null or starts_at < to_timestamp($2::float8 / 1000.0))
       and ($3::uuid is null or courier_id = $3)
     order by starts_at, id limit $4`,
    [of.fromMs, of.toMs, of.courierId, SHIFTS_MAX],
  );
}

/**
 * The next planned shift, not over by now, of each of these couriers that has one and that the role
 * may see.
 */
export async function nextShifts(
  db: Queryable,
  courierIds: readonly string[],
  nowMs: number,
): Promise<PlannedShift[]> {
  return queryRows<PlannedShift>(
    db,
    `select distinct on (courier_id) ${COLUMNS} from courier_shifts
     where courier_id = any($1::uuid[]) and not started
       and ends_at > to_timestamp($2 / 1000.0)
     order by courier_id, starts_at`,
    [courierIds, nowMs],
  );
}

/** Deletes a planned shift. Returns false if the courier has no such one. */
export function deleteShift(tx: Transaction, courierId: string, id: string): Promise<boolean> {
  return queryAny(tx, 'delete from courier_shifts where id = $1 and courier_id = $2', [
    id,
    courierId,
  ]);
}

/**
 * Starts at most `limit` planned shifts whose time has come; returns how many. A shift that runs
 * already goes on until the later end. A plan that is over by now starts nothing. Needs the
 * pipeline's role.
 */
export async function startShiftsBefore(
  tx: Transaction,
  nowMs: number,
  limit: number,
): Promise<number> {
  const due = await queryRows<PlannedShift>(
    tx,
    `update courier_shifts set started = true
     where id in (
       select id from courier_shifts where not started and starts_at <= to_timestamp($1 / 1000.0)
       order by starts_at limit $2 for update skip locked)
     returning ${COLUMNS}`,
    [nowMs, limit],
  );
  const inOrder = due.toSorted((a, b) => (a.courierId < b.courierId ? -1 : 1));
  for (const { courierId, startsAtMs, endsAtMs } of inOrder) {
    if (endsAtMs <= nowMs) continue;
    const running = await queryRow<{ endsAtMs: number | null }>(
      tx,
      `select case when on_shift and shift_ends_at > to_timestamp($2 / 1000.0)
                then shift_ends_at end as ends_at
       from couriers where id = $1 for update`,
      [courierId, nowMs],
    );
    const lastMs = Math.max(endsAtMs, running?.endsAtMs ?? 0);
    await setShift(tx, courierId, { on: true, endsAtMs: lastMs, atMs: startsAtMs }, nowMs);
  }
  return due.length;
}

/** Deletes at most `limit` planned shifts that ended before; returns how many. */
export function dropShiftsBefore(db: Queryable, beforeMs: number, limit: number): Promise<number> {
  return queryCount(
    db,
    `delete from courier_shifts where id in (
       select id from courier_shifts where ends_at < to_timestamp($1 / 1000.0) limit $2)`,
    [beforeMs, limit],
  );
}
