import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';

/**
 * Returns those of these shipments for which an exception, a delivery attempt or one of these
 * reasons was ever reported, even if that no longer counts. Callers can skip all others.
 */
export async function shipmentsWithTrouble(
  db: Queryable,
  shipmentIds: readonly string[],
  reasons: readonly string[],
): Promise<ReadonlySet<string>> {
  if (shipmentIds.length === 0) return new Set();
  const rows = await queryRows<{ shipmentId: string }>(db, {
    name: 'shipments_with_trouble',
    text: `select distinct shipment_id from facts
           where shipment_id = any($1::uuid[])
             and (status in ('exception', 'delivery_attempted') or reason = any($2::text[]))`,
    values: [shipmentIds, reasons],
  });
  return new Set(rows.map(({ shipmentId }) => shipmentId));
}
