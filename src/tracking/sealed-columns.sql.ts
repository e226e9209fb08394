import type { SealedColumn } from '../platform/sealing/rotation/sealed-column.ts';
import { reseal, rewrapDataKey } from '../platform/sealing/sealing.ts';
import { placeBoundTo } from './places/shipment-places.ts';

/** The columns of tracking that are sealed with data keys, each of which names its master key. */
export const TRACKING_SEALED: readonly SealedColumn[] = [
  {
    table: 'shipments',
    column: 'data_key',
    key: [{ name: 'id', type: 'uuid' }],
    reseal: rewrapDataKey,
  },
  {
    table: 'command_attempts',
    column: 'data_key',
    key: [{ name: 'id', type: 'uuid' }],
    reseal: rewrapDataKey,
  },
  {
    table: 'shipment_notes',
    column: 'data_key',
    key: [
      { name: 'shipment_id', type: 'uuid' },
      { name: 'id', type: 'uuid' },
    ],
    reseal: rewrapDataKey,
  },
  {
    table: 'delivery_proofs',
    column: 'data_key',
    key: [{ name: 'id', type: 'uuid' }],
    reseal: rewrapDataKey,
  },
  {
    table: 'shipment_import_parts',
    column: 'data_key',
    key: [
      { name: 'import_id', type: 'uuid' },
      { name: 'nr', type: 'int' },
    ],
    reseal: rewrapDataKey,
  },
  {
    table: 'archived_parcels',
    column: 'data_key',
    key: [{ name: 'id', type: 'uuid' }],
    reseal: rewrapDataKey,
  },
  {
    table: 'shipment_places',
    column: 'place',
    key: [{ name: 'shipment_id', type: 'uuid' }],
    reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, placeBoundTo(id)),
  },
];
