import { isUuid } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { type Database, withTenant } from '../../platform/database/database.ts';
import { createEnvelopeSealer, type Keyring } from '../../platform/sealing/sealing.ts';
import { type OrderCounts, orderCounts } from '../orders/orders.sql.ts';
import { type ShownOrder, showOrders } from '../orders/shown-order.ts';
import { type OrderFilter, ordersOfShipment, visibleOrders } from '../orders/shown-orders.sql.ts';
import { type ShownWrite, visibleWrites } from '../writes/writes.sql.ts';
import { type Shop, toShop } from './shop.ts';
import { visibleShops } from './shops.sql.ts';

/** What merchants see of the orders of their shops, and of what was written to them. */
export interface ShopViews {
  counts(tenant: Tenant, shopId: string): Promise<OrderCounts>;
  /** Returns the newest orders of a shop. */
  orders(
    tenant: Tenant,
    shopId: string,
    filter: OrderFilter,
    limit: number,
  ): Promise<readonly ShownOrder[]>;
  /** Returns writes, newest first: to one shop, or (null) all; about one shipment, or (null) all. */
  writes(
    tenant: Tenant,
    of: { readonly shopId: string | null; readonly shipmentId: string | null },
    page: { readonly before: string | null; readonly limit: number },
  ): Promise<readonly ShownWrite[]>;
  /** Returns the orders in which a shipment is, with their shops. */
  ordersOf(tenant: Tenant, shipmentId: string): Promise<readonly OrderOfShop[]>;
}

export interface OrderOfShop {
  readonly shop: Shop;
  readonly order: ShownOrder;
}

/** A parcel is in one order of one shop, but for mistakes. */
const ORDERS_OF_SHIPMENT_MAX = 5;

export function createShopViews({
  db,
  keyring,
}: {
  readonly db: Pick<Database, 'app'>;
  readonly keyring: Keyring;
}): ShopViews {
  const sealer = createEnvelopeSealer(keyring);
  return {
    counts: (tenant, id) => withTenant(db.app, tenant, (tx) => orderCounts(tx, id)),
    orders: (tenant, shopId, filter, limit) =>
      withTenant(db.app, tenant, async (tx) =>
        showOrders(tx, sealer, await visibleOrders(tx, shopId, filter, limit)),
      ),
    writes: (tenant, of, page) => withTenant(db.app, tenant, (tx) => visibleWrites(tx, of, page)),
    ordersOf: async (tenant, shipmentId) =>
      isUuid(shipmentId)
        ? withTenant(db.app, tenant, async (tx) => {
            const rows = await ordersOfShipment(tx, shipmentId, ORDERS_OF_SHIPMENT_MAX);
            if (rows.length === 0) return [];
            const shops = (await visibleShops(tx)).map(toShop);
            const orders = await showOrders(tx, sealer, rows);
            return orders.flatMap((order) => {
              const shop = shops.find(({ id }) => id === order.shopId);
              return shop === undefined ? [] : [{ shop, order }];
            });
          })
        : [],
  };
}
