import type { Queryable } from '../../../platform/database/database.ts';

/**
 * The channel that carries the id of a courier whose work changed. Triggers on the couriers' tables
 * notify it, too.
 */
export const COURIERS_CHANNEL = 'waybill_couriers';

/** The channel that carries the id of a courier whose offers changed. A trigger notifies it. */
export const OFFERS_CHANNEL = 'waybill_offers';

/** Announces a change that these couriers see but that is not stored in any of their tables. */
export async function announceCouriers(
  db: Queryable,
  courierIds: readonly string[],
): Promise<void> {
  if (courierIds.length === 0) return;
  await db.query({
    name: 'announce_couriers',
    text: 'select pg_notify($1, id) from unnest($2::text[]) as id',
    values: [COURIERS_CHANNEL, courierIds],
  });
}
