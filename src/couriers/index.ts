export type { CourierMachines } from './deps.ts';
export { dropEnrolmentsBefore } from './devices/devices.sql.ts';
export {
  createDevices,
  type Device,
  type Devices,
  type Driver,
} from './devices/devices.ts';
export {
  COURIER_CHARS,
  type Courier,
  type CourierFields,
  type ShiftChange,
  VEHICLES,
} from './people/courier.ts';
export { endShiftsBefore } from './people/couriers.sql.ts';
export {
  type CourierOutcome,
  type Couriers,
  createCouriers,
} from './people/couriers.ts';
export { COURIERS_SEALED } from './sealed-columns.sql.ts';
