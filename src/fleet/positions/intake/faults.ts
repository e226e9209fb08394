import type { PositionFault } from './position.ts';

/** What can be wrong with a well-formed position. */
export const FAULTS = {
  inFuture: {
    code: 'in_future',
    pointer: '/ts',
    reason: 'It is more than 60 seconds ahead of the hub’s clock.',
    fix: 'Set the device’s clock, or send its time as Waybill-Sent-At, so that times are corrected.',
  },
  tooOld: {
    code: 'too_old',
    pointer: '/ts',
    reason: 'Trails are not stored for so long.',
    fix: 'Drop it. A number is read as milliseconds since 1970, not as seconds.',
  },
  offShift: {
    code: 'off_shift',
    pointer: '/courier_id',
    reason: 'The courier is off shift, and no position of it is stored.',
    fix: 'Begin the shift first (POST /v1/driver/shift, or PATCH /v1/couriers/{id}).',
  },
  betweenShifts: {
    code: 'off_shift',
    pointer: '/ts',
    reason: 'The courier was off shift at that time, and no position of it is stored.',
    fix: 'Drop it, and record positions only on shift.',
  },
  noSuchCourier: {
    code: 'no_such_courier',
    pointer: '/courier_id',
    reason: 'There is no such courier under this key.',
    fix: 'Send the id of a courier, as GET /v1/couriers lists it.',
  },
  tooMany: {
    code: 'too_many',
    pointer: '',
    reason: 'The courier sends more positions than anybody can use.',
    fix: 'Send at most one a second; 50 a second are taken, and 10,000 at once.',
  },
} as const satisfies Record<string, PositionFault>;
