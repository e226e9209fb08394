import type { Queryable } from '../../platform/database/database.ts';

/** Which courier's work changed, by the courier's id; triggers of the couriers' tables tell it, too. */
export const COURIERS_CHANNEL = 'waybill_couriers';

/** Which courier is asked for other deliveries than before, by the courier's id; a trigger tells it. */
export const OFFERS_CHANNEL = 'waybill_offers';

/** Says that something these couriers are shown changed which is in no table of theirs. */
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
