import type { Queryable } from '../../../platform/database.ts';

/** Figures reach back as far as anybody may ask; what is older proves nothing of today. */
export const PROMISES_KEPT_MS = 2 * 365 * 86_400_000;

/**
 * Marks the dates that stand as those of the hand-over: of each whose the newest. To be called once
 * the parcel is known to be with the carrier and what was shown then is written; later calls change
 * nothing. Where no date stood then, those count that are there when it is called next.
 */
export async function markHandedOver(db: Queryable, shipmentId: string): Promise<void> {
  await db.query(
    `update edd_promises set at_hand_over = true
     where id in (select distinct on (whose) id from edd_promises where shipment_id = $1
                  order by whose, shown_at desc, id desc)
       and not exists (select from edd_promises where shipment_id = $1 and at_hand_over)`,
    [shipmentId],
  );
}

/**
 * What was shown of a deleted shipment goes unless it came true or not: an outcome names nobody and
 * stays, for the figures, as those of exceptions do.
 */
export async function erasePromises(db: Queryable, shipmentId: string): Promise<void> {
  await db.query('delete from edd_promises where shipment_id = $1 and delivered_on is null', [
    shipmentId,
  ]);
}

/** Removes at most `limit` rows that were shown before then; answers how many. */
export async function dropPromisesBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const { rowCount } = await db.query({
    name: 'drop_old_promises',
    text: `with old as (
             select id from edd_promises where shown_at < to_timestamp($1 / 1000.0)
             order by shown_at limit $2 for update skip locked)
           delete from edd_promises p using old where p.id = old.id`,
    values: [beforeMs, limit],
  });
  return rowCount ?? 0;
}
