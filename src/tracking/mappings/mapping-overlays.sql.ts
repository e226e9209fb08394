import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows } from '../../platform/database/query-rows.ts';
import type { StoredOverlay } from './active-mappings.ts';

export interface OverlayRow extends StoredOverlay {
  readonly carrier: string;
  /** The merchant whose overlay it is; null for the hub's. */
  readonly merchantId: string | null;
}

const COLUMNS =
  'carrier, merchant_id, text, generation::float8 as generation, updated_at, updated_by';

/** Returns one overlay; its text is '' if it was removed. Null if there never was one. */
export async function overlayRow(
  db: Queryable,
  carrier: string,
  merchantId: string | null,
): Promise<OverlayRow | null> {
  return queryRow<OverlayRow>(
    db,
    `select ${COLUMNS} from mapping_overlays
     where carrier = $1 and merchant_id is not distinct from $2::uuid`,
    [carrier, merchantId],
  );
}

/**
 * Returns a carrier's overlays that have changed since that generation, in order. The generation is
 * counted in the carrier's row of `active_mappings`, which every writer locks until its commit, so
 * a read up to a generation is complete.
 */
export async function overlaysSince(
  db: Queryable,
  carrier: string,
  generation: number,
): Promise<OverlayRow[]> {
  return queryRows<OverlayRow>(
    db,
    `select ${COLUMNS} from mapping_overlays where carrier = $1 and generation > $2 order by mapping_overlays.generation`,
    [carrier, generation],
  );
}

interface NewOverlay {
  readonly carrier: string;
  readonly merchantId: string | null;
  readonly text: string;
  readonly by: string;
  readonly atMs: number;
}

/**
 * Stores an overlay and increments the generation, which it returns. The carrier's row in
 * `active_mappings` must exist.
 */
export async function upsertOverlay(tx: Queryable, overlay: NewOverlay): Promise<number> {
  const { carrier, merchantId, text, by, atMs } = overlay;
  const rows = await queryRows<{ generation: string }>(
    tx,
    `with counted as (
       update active_mappings set overlays_generation = overlays_generation + 1
       where carrier = $1 returning overlays_generation)
     insert into mapping_overlays as o (carrier, merchant_id, text, generation, updated_at,
                                        updated_by)
     select $1, $2::uuid, $3, overlays_generation, to_timestamp($4 / 1000.0), $5 from counted
     on conflict (carrier, merchant_id) do update
       set text = excluded.text, generation = excluded.generation,
           updated_at = excluded.updated_at, updated_by = excluded.updated_by
     returning generation`,
    [carrier, merchantId, text, atMs, by],
  );
  if (rows[0] === undefined) throw new Error(`${carrier} has no active mapping`);
  return Number(rows[0].generation);
}
