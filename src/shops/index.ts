export { signingSecrets } from './connections/call-shop.ts';
export { withSandboxShops } from './connections/sandbox-egress.ts';
export { readReason, type Shop, shopUrl } from './connections/shop.ts';
export type { OrderOfShop, ParcelOrder, ShopViews } from './connections/shop-views.ts';
export { countShops, disabledShops, SHOP_STATES, tenantOfShop } from './connections/shops.sql.ts';
export {
  type ConnectedShop,
  createShops,
  type Shops,
  type ShopsDeps,
} from './connections/shops.ts';
export { type LeftOut, NUMBER_FIELD, type ShopPlatform, type ShopSettings } from './contract.ts';
export { loadPlatforms, type Platforms } from './load-platforms.ts';
export { confirmSameParcel } from './orders/confirm-same-parcel.ts';
export { createOrderFiles } from './orders/order-files.ts';
export { dropShopOrdersBefore, type ShownLeftOut } from './orders/orders.sql.ts';
export type { ShownOrder } from './orders/shown-order.ts';
export type { OrderFilter } from './orders/shown-orders.sql.ts';
export { SHOPS_SEALED } from './sealed-columns.sql.ts';
export type { ReadParcel } from './shop-deps.ts';
export { ShopFailure } from './shop-failure.ts';
export { type ShopWork, startShops } from './start-shops.ts';
export type { ShownWrite } from './writes/writes.sql.ts';
