import type { Queryable } from '../../platform/database/database.ts';

/**
 * Which of these shipments have ever been said to be in an exception, to have been tried at the
 * door, or to have one of these reasons, whether or not that still stands: who looks closer is
 * spared all others.
 */
export async function shipmentsWithTrouble(
  db: Queryable,
  shipmentIds: readonly string[],
  reasons: readonly string[],
): Promise<ReadonlySet<string>> {
  if (shipmentIds.length === 0) return new Set();
  const { rows } = await db.query<{ shipment_id: string }>({
    name: 'shipments_with_trouble',
    text: `select distinct shipment_id from facts
           where shipment_id = any($1::uuid[])
             and (status in ('exception', 'delivery_attempted') or reason = any($2::text[]))`,
    values: [shipmentIds, reasons],
  });
  return new Set(rows.map(({ shipment_id }) => shipment_id));
}
