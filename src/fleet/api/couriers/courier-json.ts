import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Courier, Device } from '../../couriers/index.ts';

/** The JSON of a courier. */
export function courierJson(courier: Courier) {
  return {
    id: wireId('courier', courier.id),
    name: courier.name,
    phone: courier.phone,
    vehicle: courier.vehicle,
    capacity: { parcels: courier.capacityParcels, weight_g: courier.capacityWeightG },
    external_id: courier.externalId,
    time_zone: courier.timeZone,
    home_facility: courier.homeFacility,
    shift: courier.onShift ? 'on' : 'off',
    shift_since: iso(courier.shiftSinceMs),
    shift_ends_at: iso(courier.shiftEndsAtMs),
    paused: courier.pause !== null,
    holds: courier.holds,
    assigned: courier.assigned,
    device: courier.device && {
      last_used_at: iso(courier.device.lastSeenMs),
      location: courier.device.location,
      battery: courier.device.battery,
    },
    created_at: iso(courier.createdAtMs),
    updated_at: iso(courier.updatedAtMs),
  };
}

/** The JSON of a courier's phone. */
export function deviceJson(device: Device) {
  return {
    id: wireId('device', device.id),
    name: device.name,
    state: device.endedWhy ?? 'active',
    enrolled_at: iso(device.enrolledAtMs),
    last_used_at: iso(device.lastSeenMs),
    ended_at: iso(device.endedAtMs),
    location: device.location,
    clock_offset_ms: device.clockOffsetMs,
    queue_at: iso(device.eventsAtMs),
  };
}
