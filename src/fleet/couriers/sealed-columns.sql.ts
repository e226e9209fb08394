import { dataKeyColumn, sealedColumn } from '../../platform/sealing/rotation/sealed-column.ts';
import { deviceBoundTo, pushBoundTo } from './devices/devices.sql.ts';
import { courierBoundTo } from './people/couriers.sql.ts';
import { notesBoundTo } from './route/courier-parcels.sql.ts';

/** Sealed columns about couriers: under the master key, or under data keys named after the row. */
export const COURIERS_SEALED = [
  sealedColumn('couriers', 'personal', courierBoundTo),
  sealedColumn('courier_devices', 'name', deviceBoundTo),
  sealedColumn('device_pushes', 'subscription', pushBoundTo, { device_id: 'uuid' }),
  sealedColumn('courier_parcels', 'notes', notesBoundTo),
  dataKeyColumn('driver_events', { courier_id: 'uuid', id: 'text' }),
];
