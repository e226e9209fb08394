import fc from 'fast-check';
import { expect, it } from 'vitest';
import { metresBetween } from '../../../kernel/places/distance.ts';
import {
  locationForMerchant,
  locationForRecipient,
  middleOfField,
  type OnTheWay,
} from './location.ts';

const tenant = { merchantId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f81', mode: 'test' } as const;
const courierId = '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80';
const position = {
  atMs: Date.UTC(2026, 2, 10, 12),
  lat: 53.5511,
  lng: 9.9937,
  accuracyM: 8,
  speedKmh: 24,
  heading: 270,
  battery: 81,
};
const place = { courierId, tenant, position, receivedAtMs: position.atMs };

function way(changes: Partial<OnTheWay> = {}, stopsBefore: number | null = 2): OnTheWay {
  const bringer = { courierId, tenant, name: 'Ada Example', vehicle: 'van', holds: true } as const;
  return {
    shipmentId: 'S',
    trackingNumber: 'N',
    status: 'out_for_delivery',
    place,
    bringer: { ...bringer, stopsBefore },
    ...changes,
  };
}

it('shows a recipient the exact place only when the stop is among the next three', () => {
  expect(locationForRecipient(way())).toEqual({
    tracking_number: 'N',
    courier: { name: 'Ada', vehicle: 'van' },
    lat: 53.5511,
    lng: 9.9937,
    precision: 'exact',
    accuracy_m: 8,
    heading: 270,
    updated_at: '2026-03-10T12:00:00.000Z',
    is_old: false,
    stops_before: 2,
  });
  const coarse = locationForRecipient(way({}, 3));
  expect(coarse).toMatchObject({ precision: 'coarse', accuracy_m: null, heading: null });
  expect([coarse?.lat, coarse?.lng]).not.toEqual([position.lat, position.lng]);
  expect(metresBetween(position, coarse ?? position)).toBeLessThanOrEqual(180);
  expect(locationForRecipient(way({}, 11))).toMatchObject({ stops_before: null });
});

it('shows a recipient nothing before the parcel is out for delivery, nor afterwards', () => {
  for (const status of ['in_transit', 'delivered', 'delivery_attempted', 'returning'] as const) {
    expect(locationForRecipient(way({ status }))).toBeNull();
  }
  const { bringer } = way();
  expect(locationForRecipient(way({ bringer: { ...bringer, holds: false } }))).toBeNull();
});

it('shows a merchant the place from the assignment to the end', () => {
  expect(locationForMerchant(way({ status: 'created' }, null))).toMatchObject({
    precision: 'exact',
    stops_before: null,
    shipment_id: 'S',
    courier: { id: 'cou_0190b0a15e0b7c3e8f0b1d5a2c4e6f80', name: 'Ada Example' },
  });
  expect(locationForMerchant(way({ status: 'delivered' }))).toBeNull();
});

it('gives all places of a field the same centre, some 250 m from the next', () => {
  const places = fc.record({
    lat: fc.double({ min: -75, max: 75, noNaN: true }),
    lng: fc.double({ min: -179, max: 179, noNaN: true }),
  });
  fc.assert(
    fc.property(places, (at) => {
      const middle = middleOfField(at);
      // Half the diagonal of a field, and some metres for rounding.
      expect(metresBetween(at, middle)).toBeLessThanOrEqual(180);
      const again = middleOfField(middle);
      expect(metresBetween(middle, again)).toBeLessThanOrEqual(2);
    }),
  );
});
