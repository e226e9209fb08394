import { expect, it } from 'vitest';
import type { ParcelSnapshot } from '../../../tracking/ports/predictions.ts';
import { NO_PERSONAL } from '../../../tracking/ports/shipments.ts';
import { journeyParcel } from '../learning/learn.ts';
import { journeyOf } from './journey.ts';

const NOW_MS = Date.parse('2026-11-22T12:00:00Z');
const event = {
  status: 'picked_up',
  source: 'carrier',
  occurredAt: '2026-11-20T10:00:00Z',
  occurredLocal: '2026-11-20T11:00:00',
  place: null,
};
const postalCodes = {
  find: (country: string, code: string) =>
    `${country} ${code}` === 'DE 10115' ? { lat: 52.53214, lng: 13.38468 } : null,
};

function snapshot(destination: Record<string, unknown> | null): ParcelSnapshot {
  return {
    personal: { ...NO_PERSONAL, destination },
    shipment: {
      id: 's',
      merchantId: 'm',
      mode: 'live',
      carrier: 'acme',
      serviceLevel: null,
      senderId: null,
      weightG: null,
      promisedDate: null,
      predicted: null,
      state: { status: 'picked_up', estimatedDelivery: null },
    },
    events: [event],
  } as never;
}

it('locates postal codes to a kilometre, if they are listed', () => {
  const placeOf = (destination: Record<string, unknown> | null) =>
    journeyOf(snapshot(destination), NOW_MS, null, postalCodes)?.parcel.destination;
  expect(placeOf({ country: 'de', postal_code: '10115' })).toMatchObject({
    lat: 52.53,
    lng: 13.38,
  });
  // A home address is not used for learning.
  const home = { country: 'DE', postal_code: '10115', lat: 52.531999, lng: 13.381999 };
  expect(placeOf(home)).toMatchObject({ lat: 52.53, lng: 13.38 });
  expect(placeOf({ country: 'DE', postal_code: '99999' })).toMatchObject({ lat: null, lng: null });
  expect(placeOf({ country: 'DE' })).toMatchObject({ lat: null, lng: null });
  expect(placeOf(null)).toMatchObject({ lat: null, lng: null });
});

it('is used with the coordinates that it had; invalid ones are dropped', () => {
  const known = journeyOf(
    snapshot({ country: 'DE', postal_code: '10115' }),
    NOW_MS,
    null,
    postalCodes,
  );
  const row = {
    id: 's',
    merchant: 'm',
    carrier: 'acme',
    serviceLevel: '',
    senderId: '',
    weightG: null,
    labelMs: null,
    labelWallMs: null,
    promisedDay: null,
    stops: null,
    handedOverMs: NOW_MS,
    handedOverWallMs: null,
    deliveredMs: null,
    weather: null,
    deliveredWallMs: null,
  };
  const read = (destination: unknown) =>
    journeyParcel({ ...row, origin: null, destination } as never, NOW_MS)?.destination;
  expect(read(known?.parcel.destination)).toEqual(known?.parcel.destination);
  for (const odd of [{ lat: 91, lng: 1 }, { lat: 1 }, { lat: 'x', lng: 1 }]) {
    expect(read({ country: 'DE', region: '', postal: '1', ...odd })).toMatchObject({
      country: 'DE',
      lat: null,
      lng: null,
    });
  }
});
