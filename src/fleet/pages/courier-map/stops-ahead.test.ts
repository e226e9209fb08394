import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';
import { arrivalsOf, parcelsAt, routeOnMap, type StopAhead, stopsAhead } from './stops-ahead.ts';

const SHOP = { lat: 47.141, lng: 9.521 };
const ADDRESS = { lat: 47.158, lng: 9.509 };

let hub: TestHub;
let call: Caller;
let tenant: Tenant;
let ada: TestDriver;
beforeAll(async () => {
  hub = await createTestHub();
  const made = await hub.newKey();
  ({ tenant } = made);
  call = callerOf(hub, made.text);
  ada = await newDriver(hub, call, 'Ada Example');
  await ada.call('POST', '/driver/shift', { shift: 'on' });
});
afterAll(() => hub.close());

it('has the stops that are left, with the pickup that comes before, and doors for those who may know them', async () => {
  const parcel = await call('POST', '/shipments', {
    carrier: 'fleet',
    destination: { line1: 'Landstrasse 9', postal_code: '9490', city: 'Vaduz', country: 'LI' },
  });
  const numbers = { tracking_number: String(parcel.body['tracking_number']), code: 'LOAD' };
  const at = new Date(hub.clock.nowMs()).toISOString();
  await ada.call('POST', '/driver/events', [{ id: 'e-1', type: 'scan', at, ...numbers }]);
  const delivery = await call('POST', '/deliveries', {
    ...{ origin: SHOP, destination: ADDRESS, package_size: 'small', phone: '+4232310000' },
  });
  const path = `/deliveries/${delivery.body['delivery_id']}/reassign`;
  expect((await call('POST', path, { courier_id: ada.id })).status).toBe(200);
  const id = uuidOfWireId('courier', ada.id) ?? '';
  const route = (await hub.couriers.work.route(tenant, id))?.stops ?? [];
  const read = (seesPeople: boolean) => stopsAhead(hub, id, route, seesPeople);
  const byNumber = (stops: readonly StopAhead[]) =>
    new Map(stops.map((stop) => [stop.parcels[0]?.trackingNumber, stop]));
  const seen = byNumber(await read(true));
  expect([...seen.values()].map(({ number }) => number)).toEqual([2, 3]);
  expect(seen.get(String(parcel.body['tracking_number']))).toMatchObject({
    address: 'Landstrasse 9, 9490 Vaduz',
    pickup: null,
  });
  expect(seen.get(String(delivery.body['tracking_number']))).toMatchObject({
    place: ADDRESS,
    pickup: { place: SHOP, number: 1 },
  });
  const arrivals = await arrivalsOf(hub.deliveries, parcelsAt([...seen.values()]));
  expect(arrivals.size).toBe(1);
  const arrival = arrivals.get(
    uuidOfWireId('delivery', String(delivery.body['delivery_id'])) ?? '',
  );
  expect(arrival?.fromMs).toBeGreaterThanOrEqual(hub.clock.nowMs() - 5 * 60_000);
  expect(arrival?.toMs).toBeGreaterThan(arrival?.fromMs ?? Number.POSITIVE_INFINITY);
  const hidden = await read(false);
  expect(hidden.map(({ place }) => place)).toEqual([null, null]);
  expect(hidden.map(({ address }) => address)).toContain('9490 Vaduz');
});

const pickup = { id: 'stop-2 pickup', number: 1, place: SHOP, of: 'stop-2', name: 'Florist' };
const stop = (number: number, more: Partial<StopAhead>): StopAhead => ({
  ...{ id: `stop-${number}`, stopId: `${number}`, number, address: null, place: null, pickup },
  ...{ parcels: [], ...more },
});

it('draws visits in order, a pickup once before the first stop that needs it, and leaves out unknown places', () => {
  const streets = { along: () => null };
  const stops = [
    stop(2, { place: { lat: 1, lng: 2 }, address: 'Im Kresta 7, 9490 Vaduz' }),
    stop(3, { address: '12, rue Haute' }),
    stop(4, { place: { lat: 3, lng: 4 }, address: '12, rue Haute', of: 'cou_1' }),
  ];
  const { items, lines } = routeOnMap(stops, 'cou_1', {
    from: [9, 47],
    streets,
  });
  expect(items.map(({ kind, number, name, of }) => [kind, number, name, of])).toEqual([
    ['pickup', 1, 'Florist', 'stop-2'],
    ['stop', 2, 'Im Kresta 7', undefined],
    ['stop', 4, '12, rue Haute', 'cou_1'],
  ]);
  const points = [
    [9, 47],
    [SHOP.lng, SHOP.lat],
    [2, 1],
    [4, 3],
  ];
  expect(lines).toEqual([{ kind: 'left', of: 'cou_1', isStraight: true, points }]);
  const options = { from: [9, 47], route: 2, streets } as const;
  const coloured = routeOnMap(stops, 'cou_1', options);
  expect(coloured.items.map(({ route }) => route)).toEqual([2, 2, 2]);
  expect(coloured.lines).toEqual([
    { kind: 'route', of: 'cou_1', route: 2, isStraight: true, points },
  ]);
});
