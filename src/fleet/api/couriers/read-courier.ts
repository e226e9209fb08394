import type { z } from 'zod';
import type { CourierFields, ShiftChange, WorkChange } from '../../couriers/index.ts';
import type { courierChange, NewCourierBody } from './schema.ts';

type Sent = z.output<typeof courierChange>;

/** Converts a request to the fields of a new courier; absent members become null. */
export function newCourierFields(sent: NewCourierBody): CourierFields {
  return {
    phone: null,
    capacityParcels: null,
    capacityWeightG: null,
    externalId: null,
    timeZone: null,
    homeFacility: null,
    ...courierFields(sent),
    name: sent.name,
    vehicle: sent.vehicle,
  };
}

/**
 * Converts a request to the fields to set: null clears a field, and absent members stay unchanged.
 */
export function courierFields(sent: Sent): Partial<CourierFields> {
  return {
    ...(sent.name === undefined ? {} : { name: sent.name }),
    ...(sent.vehicle === undefined ? {} : { vehicle: sent.vehicle }),
    ...(sent.phone === undefined ? {} : { phone: sent.phone }),
    ...(sent.capacity === undefined
      ? {}
      : {
          capacityParcels: sent.capacity?.parcels ?? null,
          capacityWeightG: sent.capacity?.weight_g ?? null,
        }),
    ...(sent.external_id === undefined ? {} : { externalId: sent.external_id }),
    ...(sent.time_zone === undefined ? {} : { timeZone: sent.time_zone }),
    ...(sent.home_facility === undefined ? {} : { homeFacility: sent.home_facility }),
  };
}

/** Converts a request to the change of a shift; absent members change nothing. */
export function shiftChange(sent: Pick<Sent, 'shift' | 'shift_ends_at'>): Partial<ShiftChange> {
  const { shift, shift_ends_at: endsAt } = sent;
  return {
    ...(shift === undefined ? {} : { on: shift === 'on' }),
    ...(endsAt === undefined ? {} : { endsAtMs: endsAt === null ? null : Date.parse(endsAt) }),
  };
}

/** Converts a request to what changes of the work; a pause by request lasts until it is ended. */
export function workChange(sent: Pick<Sent, 'shift' | 'shift_ends_at' | 'paused'>): WorkChange {
  const { paused } = sent;
  const pause = paused ? { endsAtMs: null } : null;
  return { ...shiftChange(sent), ...(paused === undefined ? {} : { pause }) };
}
