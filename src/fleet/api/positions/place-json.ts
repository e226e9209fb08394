import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { PhoneState } from '../../couriers/index.ts';
import type { CourierPlace } from '../../positions/index.ts';

/** The JSON of a courier's place. */
export function placeJson(
  { courierId, position, receivedAtMs, isOld = false }: CourierPlace,
  phone: PhoneState | null,
) {
  return {
    courier_id: wireId('courier', courierId),
    ts: iso(position.atMs),
    lat: position.lat,
    lng: position.lng,
    accuracy_m: position.accuracyM,
    speed_kmh: position.speedKmh,
    heading: position.heading,
    battery: position.battery,
    received_at: iso(receivedAtMs),
    is_old: isOld,
    battery_low: isLow(position.battery ?? null),
    location: locationSince(phone, receivedAtMs),
  };
}

/** Percent; below this, a phone may shut down before the route is done. */
const BATTERY_LOW = 15;

export function isLow(battery: number | null): boolean {
  return battery !== null && battery <= BATTERY_LOW;
}

/** The phone's location status, unless a position has arrived since. */
export function locationSince(
  phone: PhoneState | null,
  receivedAtMs: number | null,
): PhoneState['location'] {
  if (phone?.location == null || phone.location === 'on') return null;
  return (phone.reportedAtMs ?? 0) >= (receivedAtMs ?? 0) ? phone.location : null;
}
