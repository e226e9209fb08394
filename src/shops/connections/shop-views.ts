import { LRUCache } from 'lru-cache';
import { definedOnly } from '../../kernel/defined-only.ts';
import type { ErrorText } from '../../kernel/errors.ts';
import { isUuid } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { OwnBrand } from '../../merchants/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Database, withTenant } from '../../platform/database/database.ts';
import { createEnvelopeSealer, type Keyring } from '../../platform/sealing/sealing.ts';
import { shipmentsByNumber } from '../../tracking/ports/shipments.ts';
import { NUMBER_FIELD, type ShopItem, type ShopSettings } from '../contract.ts';
import {
  leftOutOf,
  type OrderCounts,
  orderCounts,
  refusedParcels,
  type ShownLeftOut,
} from '../orders/orders.sql.ts';
import { type ShownOrder, showOrders } from '../orders/shown-order.ts';
import { type OrderFilter, ordersOfShipment, visibleOrders } from '../orders/shown-orders.sql.ts';
import { type ShownWrite, visibleWrites } from '../writes/writes.sql.ts';
import { readReason, type Shop, toShop } from './shop.ts';
import { visibleShops } from './shops.sql.ts';

/** What merchants see of the orders of their shops, and of what was written to them. */
export interface ShopViews {
  counts(tenant: Tenant, shopId: string): Promise<OrderCounts>;
  /** Returns the newest numbers of orders that could not be registered. */
  refused(tenant: Tenant, shopId: string): Promise<readonly RefusedParcel[]>;
  /** Returns what could not be used in the orders of the last days, and numbers that look wrong. */
  leftOut(tenant: Tenant, shopId: string): Promise<LeftOutParts>;
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
  /** Returns a shipment's order as its customer knows it; null: it is in none, or was erased. */
  orderOf(tenant: Tenant, shipmentId: string): Promise<ParcelOrder | null>;
  /** Returns how the shop of a parcel appears to strangers who have the parcel's number. */
  brandOf(
    tenant: Tenant,
    number: { readonly carrier: string; readonly trackingNumber: string },
  ): Promise<OwnBrand>;
  /** Returns the orders in which a shipment is, with their shops. */
  ordersOf(tenant: Tenant, shipmentId: string): Promise<readonly OrderOfShop[]>;
}

/** A number of an order that could not be registered, and why. */
export interface RefusedParcel {
  readonly orderId: string;
  readonly problem: ErrorText;
  readonly createdAtMs: number;
}

/** What orders had that could not be used, and numbers that look wrong. */
export type LeftOutParts = Readonly<Record<'leftOut' | 'doubtful', readonly ShownLeftOut[]>>;

/** An order as its customer knows it, and how its shop appears. */
export interface ParcelOrder {
  readonly number: string;
  readonly items: readonly ShopItem[];
  readonly brand: OwnBrand;
}

export interface OrderOfShop {
  readonly shop: Shop;
  readonly order: ShownOrder;
}

/** A parcel is in one order of one shop, but for mistakes. */
const ORDERS_OF_SHIPMENT_MAX = 5;

/** What a merchant has mended is no longer shown after a week. */
const LEFT_OUT_MS = 7 * 24 * 3_600_000;

/** Until when pages are shown as before a change of a shop's brand; they are cached for longer. */
const BRANDS_CACHE_MS = 5_000;
const BRANDS_CACHED_MAX = 2_000;

export function createShopViews({
  db,
  keyring,
  clock,
}: {
  readonly db: Pick<Database, 'app'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
}): ShopViews {
  const sealer = createEnvelopeSealer(keyring);
  /** Whether a tenant's shops have a brand of their own: mostly none, and pages are frequent. */
  const brands = new LRUCache<string, { readonly atMs: number; readonly has: Promise<boolean> }>({
    max: BRANDS_CACHED_MAX,
  });
  function hasBrands(tenant: Tenant): Promise<boolean> {
    const key = `${tenant.mode} ${tenant.merchantId}`;
    const known = brands.get(key);
    const nowMs = clock.nowMs();
    if (known !== undefined && nowMs - known.atMs < BRANDS_CACHE_MS) return known.has;
    const has = withTenant(db.app, tenant, visibleShops).then((all) =>
      all.some(({ settings }) => Object.keys(brandIn(settings)).length > 0),
    );
    brands.set(key, { atMs: nowMs, has });
    // A failure is not cached, so the next page tries again.
    has.catch(() => brands.delete(key));
    return has;
  }
  const views: ShopViews = {
    counts: (tenant, id) => withTenant(db.app, tenant, (tx) => orderCounts(tx, id)),
    refused: async (tenant, id) => {
      const rows = await withTenant(db.app, tenant, (tx) => refusedParcels(tx, id));
      return rows.flatMap(({ problem, ...row }) => {
        const read = readReason(problem);
        return read === null ? [] : [{ ...row, problem: read }];
      });
    },
    leftOut: async (tenant, id) => {
      const sinceMs = clock.nowMs() - LEFT_OUT_MS;
      const all = await withTenant(db.app, tenant, (tx) => leftOutOf(tx, id, sinceMs));
      const isDoubtful = ({ part }: ShownLeftOut) => part.field === NUMBER_FIELD;
      return {
        leftOut: all.filter((each) => !isDoubtful(each)),
        doubtful: all.filter(isDoubtful),
      };
    },
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
    async orderOf(tenant, shipmentId) {
      const [first] = await views.ordersOf(tenant, shipmentId);
      if (first === undefined) return null;
      const { number, items } = first.order;
      return { number, items, brand: brandIn(first.shop.settings) };
    },
    async brandOf(tenant, number) {
      if (!(await hasBrands(tenant))) return {};
      const all = await withTenant(db.app, tenant, (tx) => shipmentsByNumber(tx, [number]));
      const newest = all.toSorted((a, b) => b.factsFromMs - a.factsFromMs)[0];
      return newest === undefined ? {} : ((await views.orderOf(tenant, newest.id))?.brand ?? {});
    },
  };
  return views;
}

/** A shop's own brand. Pure. */
function brandIn({ brand_name, brand_logo_url, brand_color }: ShopSettings): OwnBrand {
  return definedOnly({ name: brand_name, logoUrl: brand_logo_url, color: brand_color });
}
