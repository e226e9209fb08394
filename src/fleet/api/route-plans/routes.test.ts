import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
let ada: TestDriver;
let ben: TestDriver;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  ada = await newDriver(hub, call, 'Ada Example');
  ben = await newDriver(hub, call, 'Ben Example');
});
afterAll(() => hub.close());

const DEPOT = { lat: 53.5436, lng: 9.9885 };
const inMinutes = (minutes: number) => new Date(hub.clock.nowMs() + minutes * 60_000).toISOString();
const stop = (id: string, east: number, more: object = {}) => ({
  id,
  lat: DEPOT.lat,
  lng: DEPOT.lng + east / 1_000,
  ...more,
});
const plan = (body: object) => call('POST', '/routes/plan', body);
interface Planned {
  readonly vehicle_id: string;
  readonly stops: readonly { readonly id: string; readonly begins_at: string }[];
}
const ordersIn = (body: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    (body['routes'] as Planned[]).map(({ vehicle_id: id, stops }) => [
      id,
      stops.map((each) => each.id),
    ]),
  );

describe('a plan of routes', () => {
  it('of one vehicle has an order, times, and the constraints that cannot be met', async () => {
    const window = { from: inMinutes(120), to: inMinutes(180) };
    const { status, body, text } = await plan({
      start: DEPOT,
      vehicle: 'van',
      ends_at: inMinutes(300),
      stops: [
        stop('late', 10, { window }),
        stop('near', 5),
        stop('never', 200, { window: { to: inMinutes(1) } }),
      ],
    });
    expect(status, text).toBe(200);
    expect(ordersIn(body)).toEqual({ vehicle: ['near', 'late'] });
    expect(body).toMatchObject({
      feasible: false,
      moved: 0,
      travel_times: 'straight_line',
      applied: false,
      solver: 'own',
      warning: null,
      unmet: [{ id: 'never', why: 'window', reason: expect.stringContaining('window') }],
    });
    const [route] = body['routes'] as Planned[];
    expect(route?.stops[1]?.begins_at).toBe(window.from);
  });

  it('of several respects capacity, fixed stops and locked stops', async () => {
    const van = { start: DEPOT, capacity: { parcels: 2 } };
    const { body } = await plan({
      vehicles: [
        { id: 'one', ...van },
        { id: 'two', ...van },
      ],
      stops: [
        stop('a', 30, { vehicle_id: 'two', locked: true }),
        stop('b', 1, { vehicle_id: 'two' }),
        stop('c', 2),
        stop('d', 3),
      ],
    });
    const orders = ordersIn(body);
    expect(orders['two']).toEqual(['a', 'b']);
    expect([...(orders['one'] ?? [])].sort()).toEqual(['c', 'd']);
    expect(body).toMatchObject({ feasible: true, unmet: [] });
  });

  it.each<[string, object, string]>([
    ['no start', { stops: [stop('a', 1)] }, '/start'],
    ['nothing to plan', { start: DEPOT, stops: [] }, '/stops'],
    ['a stop twice', { start: DEPOT, stops: [stop('a', 1), stop('a', 2)] }, '/stops/1/id'],
    [
      'an unknown vehicle',
      { start: DEPOT, stops: [stop('a', 1, { vehicle_id: 'x' })] },
      '/stops/0/vehicle_id',
    ],
    [
      'locked to nobody',
      {
        vehicles: [
          { id: 'one', start: DEPOT },
          { id: 'two', start: DEPOT },
        ],
        stops: [stop('a', 1, { locked: true })],
      },
      '/stops/0/vehicle_id',
    ],
    [
      'a window next year',
      { start: DEPOT, stops: [stop('a', 1, { window: { from: '2027-03-10T12:00:00Z' } })] },
      '/stops/0/window/from',
    ],
    [
      'an end of one among several',
      { end: DEPOT, vehicles: [{ id: 'one', start: DEPOT }], stops: [stop('a', 1)] },
      '/end',
    ],
    [
      'nobody to follow it',
      { start: DEPOT, apply: true, stops: [stop('a', 1)] },
      '/stops/0/shipment_ids',
    ],
  ])('is rejected with position and reason: %s', async (_, body, pointer) => {
    const refused = await plan(body);
    expect(refused.status, refused.text).toBe(422);
    expect(refused.body['errors']).toMatchObject([{ pointer }]);
  });

  it('becomes the route of the couriers, who keep their other stops', async () => {
    const parcel = async (index: number) => {
      const destination = { line1: `Street ${index}`, postal_code: '22767', country: 'DE' };
      const made = await call('POST', '/shipments', { carrier: 'fleet', destination });
      return String(made.body['id']);
    };
    const [a, b, c, other] = [await parcel(1), await parcel(2), await parcel(3), await parcel(4)];
    const listed = {
      parcels: [
        { shipment_id: other, notes: 'Side door.' },
        { shipment_id: a, notes: 'Ring.' },
      ],
    };
    await call('PUT', `/couriers/${ada.id}/route`, listed);
    const planBody = {
      apply: true,
      vehicles: [
        { id: 'ada', start: DEPOT, courier_id: ada.id },
        { id: 'ben', start: DEPOT, courier_id: ben.id },
      ],
      stops: [
        stop('c', 30, { shipment_ids: [c], vehicle_id: 'ben' }),
        stop('a', 20, { shipment_ids: [a], vehicle_id: 'ada' }),
        stop('b', 10, { shipment_ids: [b], vehicle_id: 'ada' }),
      ],
    };
    const { body, text } = await plan(planBody);
    expect(body, text).toMatchObject({ applied: true, feasible: true });
    const routeOf = async (driver: TestDriver) => {
      const { stops } = (await driver.call('GET', '/driver/route')).body as {
        stops: { notes: string[]; parcels: { shipment_id: string }[] }[];
      };
      return stops.map(({ notes, parcels }) => [parcels[0]?.shipment_id, ...notes]);
    };
    expect(await routeOf(ada)).toEqual([[b], [a, 'Ring.'], [other, 'Side door.']]);
    expect(await routeOf(ben)).toEqual([[c]]);
    const strange = {
      ...planBody,
      vehicles: [{ id: 'x', start: DEPOT, courier_id: `cou_${'0'.repeat(32)}` }],
    };
    const stops = [stop('a', 20, { shipment_ids: [a] })];
    const refused = await plan({ ...strange, stops });
    expect([refused.status, refused.body['errors']]).toMatchObject([
      422,
      [{ pointer: '/vehicles/0/courier_id' }],
    ]);
    const unknown = await plan({
      apply: true,
      vehicles: [{ id: 'ada', start: DEPOT, courier_id: ada.id }],
      stops: [stop('z', 1, { shipment_ids: ['0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80'] })],
    });
    expect(unknown.status, unknown.text).toBe(409);
  });
});
