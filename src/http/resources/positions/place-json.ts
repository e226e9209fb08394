import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { CourierPlace } from '../../../positions/index.ts';
import { iso } from '../../../tracking/index.ts';

/** Where a courier is, on the wire. */
export function placeJson({ courierId, position, receivedAtMs }: CourierPlace) {
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
  };
}
