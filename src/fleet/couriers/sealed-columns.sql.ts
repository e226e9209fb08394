import type { SealedColumn } from '../../platform/sealing/rotation/sealed-column.ts';
import { reseal, rewrapDataKey } from '../../platform/sealing/sealing.ts';
import { deviceBoundTo, pushBoundTo } from './devices/devices.sql.ts';
import { courierBoundTo } from './people/couriers.sql.ts';
import { notesBoundTo } from './route/courier-parcels.sql.ts';

const BY_ID = [{ name: 'id', type: 'uuid' }] as const;

/** Sealed columns about couriers: under the master key, or under data keys named after the row. */
export const COURIERS_SEALED: readonly SealedColumn[] = [
  {
    table: 'couriers',
    column: 'personal',
    key: BY_ID,
    reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, courierBoundTo(id)),
  },
  {
    table: 'courier_devices',
    column: 'name',
    key: BY_ID,
    reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, deviceBoundTo(id)),
  },
  {
    table: 'device_pushes',
    column: 'subscription',
    key: [{ name: 'device_id', type: 'uuid' }],
    reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, pushBoundTo(id)),
  },
  {
    table: 'courier_parcels',
    column: 'notes',
    key: BY_ID,
    reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, notesBoundTo(id)),
  },
  {
    table: 'driver_events',
    column: 'data_key',
    key: [
      { name: 'courier_id', type: 'uuid' },
      { name: 'id', type: 'text' },
    ],
    reseal: rewrapDataKey,
  },
];
