import { dataKeyColumn, sealedColumn } from '../platform/sealing/rotation/sealed-column.ts';
import { shopSealedFor } from './connections/shop.ts';

/** The columns that shops seal with the master key, or with data keys that name it. */
export const SHOPS_SEALED = [
  sealedColumn('shops', 'sealed', shopSealedFor),
  dataKeyColumn('shop_orders', { shop_id: 'uuid', order_id: 'text' }),
];
