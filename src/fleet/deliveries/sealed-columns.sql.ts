import type { SealedColumn } from '../../platform/sealing/rotation/sealed-column.ts';
import { reseal } from '../../platform/sealing/sealing.ts';
import { detailsBoundTo } from './addresses.ts';

/** Delivery details, sealed under the master key. */
export const DELIVERIES_SEALED: readonly SealedColumn[] = [
  {
    table: 'deliveries',
    column: 'details',
    key: [{ name: 'shipment_id', type: 'uuid' }],
    reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, detailsBoundTo(id)),
  },
];
