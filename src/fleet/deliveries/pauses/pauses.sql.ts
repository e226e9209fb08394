import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';

export interface PauseRow {
  readonly id: string;
  readonly merchant_id: string;
  readonly mode: Mode;
  readonly cells: readonly string[];
  readonly lat: number | null;
  readonly lng: number | null;
  readonly radius_m: number | null;
  readonly facility_code: string | null;
  readonly reason: string | null;
  readonly created_at: Date;
  readonly created_by: string;
  readonly until: Date | null;
  readonly ended_at: Date | null;
  readonly ended_by: string | null;
}

const COLUMNS = `id, merchant_id, mode, cells, lat, lng, radius_m, facility_code, reason, created_at,
  created_by, until, ended_at, ended_by`;

export async function insertPause(
  db: Queryable,
  { merchantId, mode }: Tenant,
  pause: Omit<PauseRow, 'merchant_id' | 'mode' | 'ended_at' | 'ended_by'>,
): Promise<void> {
  await db.query(
    `insert into paused_areas (id, merchant_id, mode, cells, lat, lng, radius_m, facility_code, reason,
       created_at, created_by, until)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      pause.id,
      merchantId,
      mode,
      pause.cells,
      pause.lat,
      pause.lng,
      pause.radius_m,
      pause.facility_code,
      pause.reason,
      pause.created_at,
      pause.created_by,
      pause.until,
    ],
  );
}

/** Pauses that have not ended; of the current role's tenant, or with the pipeline's role of all. */
export async function activePauses(db: Queryable): Promise<PauseRow[]> {
  const { rows } = await db.query<PauseRow>({
    name: 'active_pauses',
    text: `select ${COLUMNS} from paused_areas where ended_at is null order by created_at, id`,
  });
  return rows;
}

/** The newest pauses, including ended ones, newest first. */
export async function visiblePauses(
  db: Queryable,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<PauseRow[]> {
  const { rows } = await db.query<PauseRow>(
    `select ${COLUMNS} from paused_areas where ($1::uuid is null or id < $1)
     order by id desc limit $2`,
    [before, limit],
  );
  return rows;
}

/** A pause that the current role may see, ended or not; null: none with this id. */
export async function pauseById(db: Queryable, id: string): Promise<PauseRow | null> {
  const { rows } = await db.query<PauseRow>(`select ${COLUMNS} from paused_areas where id = $1`, [
    id,
  ]);
  return rows[0] ?? null;
}

/**
 * Ends a pause and makes the deliveries due that waited there. Returns false if it had already
 * ended.
 */
export async function markPauseEnded(
  db: Queryable,
  id: string,
  end: { readonly at: Date; readonly by: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update paused_areas set ended_at = $2, ended_by = $3 where id = $1 and ended_at is null`,
    [id, end.at, end.by],
  );
  if ((rowCount ?? 0) === 0) return false;
  await db.query(`update deliveries set match_at = $2 where pause_id = $1 and state = 'open'`, [
    id,
    end.at,
  ]);
  return true;
}

export async function dropPausesBefore(db: Queryable, before: Date): Promise<void> {
  await db.query('delete from paused_areas where ended_at < $1', [before]);
}

/**
 * Marks the pause in which each delivery waits, or none, and records changes. Needs the pipeline's
 * role.
 */
export async function notePaused(
  db: Queryable,
  now: Date,
  marks: readonly {
    readonly shipmentId: string;
    readonly pauseId: string | null;
    readonly nextPassAt: Date;
  }[],
): Promise<void> {
  await db.query({
    name: 'note_paused',
    text: `with marked as (
             update deliveries d set pause_id = u.pause_id, match_at =
               -- It may have ended since it was looked at.
               case when exists (select from paused_areas p where p.id = u.pause_id and p.ended_at is not null)
                 then $4 else u.match_at end
             from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as u(id, pause_id, match_at),
               deliveries old
             where d.shipment_id = u.id and d.state = 'open' and old.shipment_id = u.id
             returning d.shipment_id, d.merchant_id, d.mode, d.pause_id, old.pause_id as before)
           insert into delivery_steps (shipment_id, merchant_id, mode, at, what, detail)
           select shipment_id, merchant_id, mode, $4,
             case when pause_id is null then 'resumed' else 'paused' end, '{}'
           from marked where pause_id is distinct from before`,
    values: [
      marks.map(({ shipmentId }) => shipmentId),
      marks.map(({ pauseId }) => pauseId),
      marks.map(({ nextPassAt }) => nextPassAt),
      now,
    ],
  });
}
