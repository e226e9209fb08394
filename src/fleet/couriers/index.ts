export { consumeForCouriers } from './consume-log.ts';
export { CONTACT_ENDS_AT, CONTACT_LASTS, oldAfterMs } from './contact/contact.sql.ts';
export { createWork, type Work } from './couriers-at-work.ts';
export {
  createDepotOf,
  DEPOT_RADIUS_M,
  type DepotOf,
  depotHint,
  isAtDepot,
  startWatchingDepots,
} from './depot/depot.ts';
export type { CourierMachines } from './deps.ts';
export {
  dropEnrolmentsBefore,
  PHONE_LOCATIONS,
  type PhonesHealth,
  phonesHealth,
  pushBoundTo,
  revokeDevices,
  touchDevices,
} from './devices/devices.sql.ts';
export {
  createDevicePushes,
  createDevices,
  type Device,
  type DevicePushes,
  type DeviceState,
  type Devices,
  type Driver,
} from './devices/devices.ts';
export type { DriverResult, EventRefusal, ReadEvent } from './events/driver-event.ts';
export { dropEventsBefore, parcelsOpenToProof } from './events/driver-events.sql.ts';
export type { SentEvent } from './events/list-events.ts';
export { DRIVER_EVENTS_MAX } from './events/take-events.ts';
export { StillRecording } from './events/take-status-event.ts';
export { IS_REAL } from './is-real.sql.ts';
export {
  type CourierUpdate,
  type CourierWatch,
  createCourierWatch,
} from './live/watch-couriers.ts';
export type { ParcelAddress } from './parcel-info.ts';
export {
  COURIER_CHARS,
  type Courier,
  type CourierFields,
  firstName,
  type PhoneState,
  type ShiftChange,
  VEHICLES,
  type WorkChange,
} from './people/courier.ts';
export {
  type CourierCounts,
  deleteCouriers,
  endShiftsBefore,
  isPausedAt,
} from './people/couriers.sql.ts';
export { type CourierOutcome, type Couriers, createCouriers } from './people/couriers.ts';
export {
  dropShiftsBefore,
  type PlannedShift,
  startShiftsBefore,
} from './people/planned-shifts.sql.ts';
export type { PlanFault, PlanOutcome, ShiftSpan } from './people/planned-shifts.ts';
export {
  type CourierAtWork,
  type CouriersAmong,
  couriersOnShift,
  ownCouriers,
  shiftsOf,
} from './people/shifts.sql.ts';
export { assignParcels, type ParcelFor } from './route/assign-parcels.ts';
export { dropDoneBefore, everHeld, placeLast } from './route/courier-parcels.sql.ts';
export { endDelivered, holdAssigned, ownerOf, releaseParcel } from './route/hand-in.ts';
export {
  COURIERS_CHANNEL,
  dropNoticesBefore,
  NOTICE_KINDS,
  OFFERS_CHANNEL,
} from './route/notices.sql.ts';
export {
  type Bringer,
  bringersOf,
  couriersOnRoute,
  finishedLegs,
  routeAhead,
} from './route/on-route.sql.ts';
export { reordered } from './route/reorder.ts';
export type { CourierRoute, RouteNotice, RouteParcel, RouteStop } from './route/route.ts';
export { ROUTE_PARCELS_MAX, type RouteEntry } from './route/write-route.ts';
export { COURIERS_SEALED } from './sealed-columns.sql.ts';
export {
  cacheCourierSettings,
  courierSettingsChange,
  courierSettingsSchema,
  createCourierSettings,
  IN_CONTACT_MS,
  type SettingsOfCouriers,
} from './settings/courier-settings.ts';
export { dropSilencesBefore, silenceOfParcel } from './silence/silences.sql.ts';
export { startWatchingSilence } from './silence/watch-silence.ts';
