import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PickupPoint } from '../../../adapters/contract/extras.ts';
import { startTestExceptions, type TestExceptions } from '../test-exceptions.ts';
import { createSelfService, type DeliveryRequestService } from './create-self-service.ts';
import { placeFrom } from './self-service-pickup.ts';

const POINT: PickupPoint = {
  id: 'P-1',
  kind: 'shop',
  name: 'Corner Shop',
  lat: null,
  lng: null,
  distanceM: 300,
  address: {
    street: 'Oak St 2',
    city: 'Springfield',
    region: null,
    postalCode: '94107',
    country: 'US',
  },
  hours: [{ weekday: 'monday', opens: '09:00', closes: '18:00' }],
  services: [],
  capacity: null,
  temporarilyClosed: false,
  weightMaxG: null,
};
const REQUESTED = {
  kind: 'pickup_point',
  point_id: 'P-1',
  point: { name: 'Corner Shop', street: 'Oak St 2', city: 'Springfield' },
} as const;
const waits = (name: string | null, location: string | null = 'Springfield, US') => ({
  name,
  location,
});

describe('the place, from what is known', () => {
  it('has address and hours where the carrier lists a point of that name', () => {
    expect(placeFrom(waits('CORNER-SHOP'), null, [POINT])).toEqual({
      state: 'waits',
      location: 'Springfield, US',
      point: POINT,
    });
    expect(placeFrom(waits('Other Shop'), null, [POINT]).point).toEqual({
      name: 'Other Shop',
      kind: null,
      address: null,
      hours: null,
    });
  });

  it('has neither where two shops are called so', () => {
    const both = [POINT, { ...POINT, id: 'P-2' }];
    expect(placeFrom(waits('Corner Shop'), null, both).point).toMatchObject({ address: null });
    expect(placeFrom(waits('Corner Shop'), REQUESTED, both).point, 'but one was requested').toBe(
      POINT,
    );
  });

  it('is the one that was requested where the events name no other', () => {
    expect(placeFrom(null, REQUESTED, [])).toMatchObject({
      state: 'goes',
      point: { name: 'Corner Shop', address: { street: 'Oak St 2' }, hours: null },
    });
    expect(placeFrom(waits(null), REQUESTED, [POINT]).point).toBe(POINT);
  });

  it.each([
    ['named', waits('Other Shop')],
    ['in another town', waits(null, 'Shelbyville, US')],
  ])('is not the one that was requested where it waits elsewhere: %s', (_, elsewhere) => {
    const { point } = placeFrom(elsewhere, REQUESTED, [POINT]);
    expect(point?.name ?? null).toBe(elsewhere.name);
    expect(point?.address ?? null).toBeNull();
  });

  it('is not guessed where the carrier reports nothing', () => {
    expect(placeFrom(waits(null), null, [POINT])).toEqual({
      state: 'waits',
      location: 'Springfield, US',
      point: null,
    });
  });
});

describe('the pickup place shown to the recipient', () => {
  let world: TestExceptions;
  let service: DeliveryRequestService;
  beforeAll(async () => {
    world = await startTestExceptions();
  });
  afterAll(() => world.close());
  beforeEach(() => {
    const points = { outcome: 'points' as const, points: [POINT] };
    world.carrier.points = { outcome: 'asked', value: points };
    const option = { eligibility: 'eligible' as const, dates: null, reasons: null };
    const kinds = ['pickup_point', 'hold_at_facility'] as const;
    const options = kinds.map((kind) => ({ kind, ...option, charge: null, needsContact: false }));
    world.carrier.options = { outcome: 'asked', value: { outcome: 'options', options } };
    world.carrier.redirected = {
      outcome: 'asked',
      value: { outcome: 'accepted', reference: 'REF-1' },
    };
    service = createSelfService(world.deps);
  });
  const personal = {
    recipient: { name: 'A. Example' },
    origin: null,
    destination: { country: 'US', postal_code: '94107', city: 'Springfield', line1: 'Elm St 1' },
  };
  const parcel = async (number: string) => {
    const it = await world.parcel(number, { personal });
    return { it, subject: { tenant: world.tenant, shipmentId: it.id } };
  };

  it('is where it is taken once the carrier agreed, and where it waits', async () => {
    const { it: parked, subject } = await parcel('ACME-PLACE-1');
    await parked.tell('MOVE 2026-03-10T06:00');
    expect((await service.offers(subject))?.pickup).toBeNull();
    await service.redirect(subject, { kind: 'pickup_point', pointId: 'P-1' });
    const offers = await service.offers(subject);
    expect(offers?.pickup).toMatchObject({ state: 'goes', point: { name: 'Corner Shop' } });
    expect(offers?.deliveryRequests).toMatchObject([{ pointName: 'Corner Shop' }]);
    await parked.tell('MOVE 2026-03-10T06:00', 'PICKUP 2026-03-10T09:00');
    expect((await service.offers(subject))?.pickup).toMatchObject({
      state: 'waits',
      point: { name: 'Corner Shop', hours: POINT.hours },
    });
    await parked.tell('MOVE 2026-03-10T06:00', 'PICKUP 2026-03-10T09:00', 'DEL 2026-03-10T10:00');
    expect((await service.offers(subject))?.pickup).toBeNull();
  });

  it('is no shop where the carrier refused, or does not say', async () => {
    const { it: parked, subject } = await parcel('ACME-PLACE-2');
    await parked.tell('MOVE 2026-03-10T06:00');
    world.carrier.redirected = {
      outcome: 'asked',
      value: { outcome: 'refused', reason: 'too late' },
    };
    await service.redirect(subject, { kind: 'pickup_point', pointId: 'P-1' });
    expect((await service.offers(subject))?.pickup).toBeNull();
    await parked.tell('MOVE 2026-03-10T06:00', 'PICKUP 2026-03-10T09:00');
    expect((await service.offers(subject))?.pickup).toMatchObject({ state: 'waits', point: null });
  });
});
