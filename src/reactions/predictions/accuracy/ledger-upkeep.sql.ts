import type { Queryable } from '../../../platform/database/database.ts';

/**
 * Marks the dates shown at the hand-over: the newest of each party. Call it once a parcel is known
 * to be with the carrier and the dates shown then are written; later calls change nothing. If there
 * were none yet, those present at the next call count.
 */
export async function markHandedOver(db: Queryable, shipmentIds: readonly string[]): Promise<void> {
  if (shipmentIds.length === 0) return;
  await db.query({
    name: 'mark_handed_over',
    text: `
      update edd_promises set at_hand_over = true
      where id in (select distinct on (p.shipment_id, p.whose) p.id from edd_promises p
                   where p.shipment_id = any($1::uuid[])
                     and not exists (select from edd_promises m
                                     where m.shipment_id = p.shipment_id and m.at_hand_over)
                   order by p.shipment_id, p.whose, p.shown_at desc, p.id desc)`,
    values: [shipmentIds],
  });
}

/**
 * Erases the shown dates of a deleted shipment, except those with an outcome: an outcome identifies
 * nobody and stays for the figures, like those of exceptions.
 */
export async function erasePromises(db: Queryable, shipmentId: string): Promise<void> {
  await db.query('delete from edd_promises where shipment_id = $1 and delivered_on is null', [
    shipmentId,
  ]);
}

/** Removes at most `limit` rows that were shown before then; returns how many. */
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
