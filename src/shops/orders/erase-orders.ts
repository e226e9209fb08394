import { withTransaction } from '../../platform/database/database.ts';
import { deleteShipment } from '../../tracking/ports/shipments.ts';
import type { Shop } from '../connections/shop.ts';
import { deleteShop } from '../connections/shops.sql.ts';
import type { ShopWorkDeps } from '../shop-deps.ts';
import { eraseOrderContents, shipmentsOfOrders } from './orders.sql.ts';

/**
 * Erases orders because their shop demands it, with the shipments that came from them; null: all,
 * and the connection too. Can be repeated and interrupted anywhere.
 */
export async function eraseOrders(
  { db, tracking }: Pick<ShopWorkDeps, 'db' | 'tracking'>,
  shop: Shop,
  orderIds: readonly string[] | null,
): Promise<void> {
  const shipmentIds = await shipmentsOfOrders(db.pipeline, shop.id, orderIds);
  for (const id of shipmentIds) await deleteShipment(tracking, shop, id);
  if (orderIds === null) await withTransaction(db.pipeline, (tx) => deleteShop(tx, shop.id));
  else await eraseOrderContents(db.pipeline, shop.id, orderIds);
}
