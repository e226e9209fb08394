import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRow, queryRows } from '../../../platform/database/query-rows.ts';
import type { Rows } from '../../../platform/database/rows.gen.ts';

export type PauseRow = Rows['paused_areas'];

const COLUMNS = `id, merchant_id, mode, cells, lat, lng, radius_m, facility_code, reason, created_at,
  created_by, until, ended_at, ended_by`;

export async function insertPause(
  db: Queryable,
  { merchantId, mode }: Tenant,
  pause: Omit<PauseRow, 'merchantId' | 'mode' | 'endedAtMs' | 'endedBy'>,
): Promise<void> {
  await db.query(
    `insert into paused_areas (id, merchant_id, mode, cells, lat, lng, radius_m, facility_code, reason,
       created_at, created_by, until)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10 / 1000.0), $11,
       to_timestamp($12::float8 / 1000.0))`,
    [
      pause.id,
      merchantId,
      mode,
      pause.cells,
      pause.lat,
      pause.lng,
      pause.radiusM,
      pause.facilityCode,
      pause.reason,
      pause.createdAtMs,
      pause.createdBy,
      pause.untilMs,
    ],
  );
}

/** Pauses that have not ended; of the current role's tenant, or with the pipeline's role of all. */
export async function activePauses(db: Queryable): Promise<PauseRow[]> {
  return queryRows<PauseRow>(db, {
    name: 'active_pauses',
    text: `select ${COLUMNS} from paused_areas where ended_at is null order by created_at, id`,
  });
}

/** The newest pauses, including ended ones, newest first. */
export async function visiblePauses(
  db: Queryable,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<PauseRow[]> {
  return queryRows<PauseRow>(
    db,
    `select ${COLUMNS} from paused_areas where ($1::uuid is null or id < $1)
     order by id desc limit $2`,
    [before, limit],
  );
}

/** A pause that the current role may see, ended or not; null: none with this id. */
export async function pauseById(db: Queryable, id: string): Promise<PauseRow | null> {
  return queryRow<PauseRow>(db, `select ${COLUMNS} from paused_areas where id = $1`, [id]);
}

/**
 * Ends a pause and makes the deliveries that waited in it due. Returns false if it had already
 * ended.
 */
export async function markPauseEnded(
  db: Queryable,
  id: string,
  end: { readonly atMs: number; readonly by: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update paused_areas set ended_at = to_timestamp($2 / 1000.0), ended_by = $3 where id = $1 and ended_at is null`,
    [id, end.atMs, end.by],
  );
  if ((rowCount ?? 0) === 0) return false;
  await db.query(
    `update deliveries set match_at = to_timestamp($2 / 1000.0) where pause_id = $1 and state = 'open'`,
    [id, end.atMs],
  );
  return true;
}

export async function dropPausesBefore(db: Queryable, beforeMs: number): Promise<void> {
  await db.query('delete from paused_areas where ended_at < to_timestamp($1 / 1000.0)', [beforeMs]);
}

/**
 * Sets the pause that each delivery waits for (null: none), and records a step where that changes.
 * Needs the pipeline's role.
 */
export async function notePaused(
  db: Queryable,
  nowMs: number,
  marks: readonly {
    readonly shipmentId: string;
    readonly pauseId: string | null;
    readonly nextPassAtMs: number;
  }[],
): Promise<void> {
  await db.query({
    name: 'note_paused',
    text: `with marked as (
             update deliveries d set pause_id = u.pause_id, match_at =
               -- The pause may have ended since it was read.
               case when exists (select from paused_areas p where p.id = u.pause_id and p.ended_at is not null)
                 then to_timestamp($4 / 1000.0) else to_timestamp(u.match_at / 1000.0) end
             from unnest($1::uuid[], $2::uuid[], $3::float8[]) as u(id, pause_id, match_at),
               deliveries old
             where d.shipment_id = u.id and d.state = 'open' and old.shipment_id = u.id
             returning d.shipment_id, d.merchant_id, d.mode, d.pause_id, old.pause_id as before)
           insert into delivery_steps (shipment_id, merchant_id, mode, at, what, detail)
           select shipment_id, merchant_id, mode, to_timestamp($4 / 1000.0),
             case when pause_id is null then 'resumed' else 'paused' end, '{}'
           from marked where pause_id is distinct from before`,
    values: [
      marks.map(({ shipmentId }) => shipmentId),
      marks.map(({ pauseId }) => pauseId),
      marks.map(({ nextPassAtMs }) => nextPassAtMs),
      nowMs,
    ],
  });
}
