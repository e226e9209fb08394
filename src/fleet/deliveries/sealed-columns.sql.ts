import { sealedColumn } from '../../platform/sealing/rotation/sealed-column.ts';
import { detailsBoundTo } from './addresses.ts';

/** Delivery details, sealed under the master key. */
export const DELIVERIES_SEALED = [
  sealedColumn('deliveries', 'details', detailsBoundTo, { shipment_id: 'uuid' }),
];
