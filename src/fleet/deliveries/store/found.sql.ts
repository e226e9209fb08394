import type { Queryable } from '../../../platform/database/database.ts';

/**
 * How these found their couriers, by accepted offers or automatically: a dispatcher's assignment
 * says nothing about the search. Pipeline's role.
 */
export async function foundOf(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<{ readonly how: string; readonly waitedS: number; readonly couriersOffered: number }[]> {
  const { rows } = await db.query<{ how: string; waited_s: number; offered: number }>({
    name: 'deliveries_found',
    text: `select d.assigned_how as how,
             extract(epoch from d.assigned_at - greatest(d.opened_at, d.ready_at - interval '20 min'))::float8
               as waited_s,
             (select count(*)::int from delivery_offers o
               where o.shipment_id = d.shipment_id and o.round > 0) as offered
           from deliveries d
           where d.shipment_id = any($1::uuid[]) and d.assigned_at is not null
             and d.assigned_how in ('accepted', 'auto')`,
    values: [shipmentIds],
  });
  return rows.map(({ how, waited_s: waitedS, offered: couriersOffered }) => ({
    how,
    waitedS,
    couriersOffered,
  }));
}
