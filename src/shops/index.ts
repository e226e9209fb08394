export { readReason, type Shop, shopUrl } from './connections/shop.ts';
export { createShops, type Shops } from './connections/shops.ts';
export type { ShopPlatform, ShopSettings } from './contract.ts';
export { loadPlatforms, type Platforms } from './load-platforms.ts';
export { SHOPS_SEALED } from './sealed-columns.sql.ts';
export type { ParcelBody, ReadParcel } from './shop-deps.ts';
export { ShopFailure } from './shop-failure.ts';
export { type ShopWork, startShops } from './start-shops.ts';
export type { ShownWrite } from './writes/writes.sql.ts';
