import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import { listenTo, type TestStream } from '../../../http/testing/test-stream.ts';
import { matchOpen } from '../../deliveries/test-matching.ts';

let hub: TestHub;
let call: Caller;
let ada: TestDriver;
let bob: TestDriver;
beforeAll(async () => {
  hub = await createTestHub({ listens: true });
  call = callerOf(hub, (await hub.newKey()).text);
});
beforeEach(async () => {
  // Attempts at enrolment codes are rate-limited.
  hub.clock.advance(60_000);
  ada = await newDriver(hub, call, 'Ada Example');
  bob = await newDriver(hub, call, 'Bob Example');
});
const open: TestStream[] = [];
afterEach(() => {
  for (const stream of open.splice(0)) stream.cancel();
});
afterAll(() => hub.close());

/** Normally within a second; a busy machine may take longer. */
const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000 });

async function listen(driver: TestDriver, lastId?: string): Promise<TestStream> {
  const stream = await listenTo(`${hub.url}/v1/driver/live`, {
    authorization: `Bearer ${driver.key}`,
    ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
  });
  open.push(stream);
  return stream;
}
type OpenStream = Pick<TestStream, 'events'>;
const routesOf = (stream: OpenStream) => stream.events().filter(({ event }) => event === 'route');
const revisionsOf = (stream: OpenStream) => routesOf(stream).map(({ data }) => data['revision']);
const offeredTo = (stream: OpenStream) =>
  stream
    .events()
    .filter(({ event }) => event === 'offers')
    .map(({ data }) => (data['offers'] as { id: string }[]).map(({ id }) => id));
const noticesOf = (stream: OpenStream) =>
  stream
    .events()
    .flatMap(({ data }) => (data['notices'] ?? []) as { kind: string }[])
    .map(({ kind }) => kind);

async function newParcel(line1 = 'Elbchaussee 1'): Promise<{ id: string; number: string }> {
  const made = await call('POST', '/shipments', {
    carrier: 'fleet',
    destination: { line1, postal_code: '22763', city: 'Hamburg', country: 'DE' },
  });
  return { id: String(made.body['id']), number: String(made.body['tracking_number']) };
}
const putRoute = (driver: TestDriver, ...ids: readonly string[]) =>
  call('PUT', `/couriers/${driver.id}/route`, {
    parcels: ids.map((id) => ({ shipment_id: id })),
  });
const revisionNow = async (driver: TestDriver) =>
  (await driver.call('GET', '/driver/route', undefined, { 'accept-language': 'fr' })).body[
    'revision'
  ];

describe('GET /v1/driver/live', () => {
  it('begins with the current route and sends each change, and nothing of a colleague', async () => {
    const { response, ...stream } = await listen(ada);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    const bobs = await listen(bob);
    await soon(() => expect(routesOf(stream)).toHaveLength(1));
    await soon(() => expect(routesOf(bobs)).toHaveLength(1));
    expect(routesOf(stream)[0]).toMatchObject({
      event: 'route',
      data: { revision: await revisionNow(ada), notices: [] },
    });
    const { id } = await newParcel();
    expect((await putRoute(ada, id)).status).toBe(200);
    await soon(async () =>
      expect(routesOf(stream).at(-1)?.data['revision']).toBe(await revisionNow(ada)),
    );
    expect(routesOf(stream).length).toBeGreaterThan(1);
    expect(routesOf(bobs)).toHaveLength(1);
  });

  it('sends a plan, and a new plan, to each phone it changes', async () => {
    const [one, two] = [await newParcel('Elbchaussee 2'), await newParcel('Elbchaussee 3')];
    const DEPOT = { lat: 53.5436, lng: 9.9885 };
    const planned = async (of: Readonly<Record<'one' | 'two', 'ada' | 'bob'>>) => {
      const stop = (id: string, east: number, vehicle: string) => ({
        id,
        shipment_ids: [id],
        vehicle_id: vehicle,
        lat: DEPOT.lat,
        lng: DEPOT.lng + east / 1_000,
      });
      const done = await call('POST', '/routes/plan', {
        apply: true,
        vehicles: [
          { id: 'ada', start: DEPOT, courier_id: ada.id },
          { id: 'bob', start: DEPOT, courier_id: bob.id },
        ],
        stops: [stop(one.id, 20, of.one), stop(two.id, 10, of.two)],
      });
      expect(done.body, done.text).toMatchObject({ applied: true, feasible: true });
    };
    const shownTo = async (driver: TestDriver) =>
      (
        (await driver.call('GET', '/driver/route')).body['stops'] as {
          parcels: { shipment_id: string }[];
        }[]
      ).map(({ parcels }) => parcels[0]?.shipment_id);
    const [adas, bobs] = [await listen(ada), await listen(bob)];
    const messages = async () => {
      for (const [driver, stream] of [
        [ada, adas],
        [bob, bobs],
      ] as const) {
        await vi.waitFor(
          async () =>
            expect(routesOf(stream).at(-1)?.data['revision']).toBe(await revisionNow(driver)),
          { timeout: 120_000, interval: 200 },
        );
      }
    };
    await planned({ one: 'ada', two: 'ada' });
    await messages();
    expect([await shownTo(ada), await shownTo(bob)]).toEqual([[two.id, one.id], []]);
    const before = routesOf(bobs).length;
    await planned({ one: 'bob', two: 'ada' });
    await messages();
    expect([await shownTo(ada), await shownTo(bob)]).toEqual([[two.id], [one.id]]);
    expect(routesOf(bobs).length).toBeGreaterThan(before);
  }, 300_000);

  it('sends actions of others: taken off the route, requested for another day', async () => {
    const [one, two] = [await newParcel(), await newParcel()];
    await putRoute(ada, one.id, two.id);
    const stream = await listen(ada);
    await soon(() => expect(routesOf(stream)).toHaveLength(1));
    await putRoute(ada, two.id);
    await soon(() => expect(noticesOf(stream)).toEqual(['removed']));
    hub.clock.advance(1_000);
    const { tenant } = await hub.newKey();
    const day = { trackingNumber: two.number, date: '2026-03-12', instructions: null };
    expect(await hub.couriers.work.reschedule(tenant, day)).toBe(true);
    await soon(() => expect(noticesOf(stream)).toEqual(['removed', 'rescheduled']));
    expect(routesOf(stream).at(-1)?.data['notices']).toMatchObject([
      { kind: 'rescheduled', tracking_number: two.number, date: '2026-03-12' },
    ]);
  });

  it('repeats nothing to a client that reconnects, and sends what it missed', async () => {
    const { id } = await newParcel();
    await putRoute(ada, id);
    const first = await listen(ada);
    await soon(() => expect(routesOf(first)).toHaveLength(1));
    const lastId = routesOf(first)[0]?.id ?? '';
    first.cancel();
    const again = await listen(ada, lastId);
    await soon(() => expect(again.text()).toContain('retry: '));
    hub.clock.advance(1_000);
    await putRoute(ada);
    await soon(() => expect(noticesOf(again)).toEqual(['removed']));
    expect(revisionsOf(again)).not.toContain(routesOf(first)[0]?.data['revision']);
    const late = await listen(ada, lastId);
    await soon(() => expect(noticesOf(late)).toEqual(['removed']));
    const stranger = await listen(ada, 'x'.repeat(200));
    await soon(() => expect(routesOf(stranger)).toHaveLength(1));
    expect(noticesOf(stranger)).toEqual([]);
  });

  it.each([
    ['device_revoked', () => call('DELETE', `/couriers/${ada.id}/devices`)],
    ['unauthenticated', () => call('DELETE', `/couriers/${ada.id}`)],
  ])('ends at once with the key: %s', async (code, end) => {
    const stream = await listen(ada);
    const bobs = await listen(bob);
    await soon(() => expect(routesOf(stream)).toHaveLength(1));
    expect((await end()).status).toBe(204);
    await soon(() => expect(stream.over()).toBe(true));
    expect(stream.events().at(-1)).toMatchObject({ event: 'ended', data: { code } });
    expect((await listen(ada)).response.status).toBe(401);
    expect(bobs.over()).toBe(false);
  });

  it('offers a delivery to couriers nearby, and withdraws it from all others when one accepts', async () => {
    const SHOP = { lat: 53.5436, lng: 9.9885 };
    const ts = new Date(hub.clock.nowMs()).toISOString();
    for (const driver of [ada, bob]) {
      await driver.call('POST', '/driver/shift', { shift: 'on' });
      await driver.call('POST', '/driver/positions', [{ ts, ...SHOP }]);
    }
    const [adas, bobs] = [await listen(ada), await listen(bob)];
    await soon(() => expect([offeredTo(adas), offeredTo(bobs)]).toEqual([[[]], [[]]]));
    const made = await call('POST', '/deliveries', {
      origin: SHOP,
      destination: { lat: 53.5453, lng: 9.9467 },
      destination_address: 'Große Elbstraße 68, 22767 Hamburg, Germany',
      package_size: 'small',
      phone: '+4915112345678',
    });
    const id = String(made.body['delivery_id']);
    await matchOpen(hub.deliveries);
    await soon(() =>
      expect([offeredTo(adas), offeredTo(bobs)]).toEqual([
        [[], [id]],
        [[], [id]],
      ]),
    );
    expect(adas.text()).not.toContain('Elbstraße');
    expect((await bob.call('POST', `/deliveries/${id}/accept`)).status).toBe(200);
    await soon(() => expect(offeredTo(adas)).toEqual([[], [id], []]));
    await soon(async () => expect(revisionsOf(bobs).at(-1)).toBe(await revisionNow(bob)));
    // A reconnecting client gets the current offers.
    const again = await listen(bob);
    await soon(() => expect(offeredTo(again)).toEqual([[]]));
  });

  it('is for device keys only', async () => {
    const none = await listenTo(`${hub.url}/v1/driver/live`);
    expect(none.response.status).toBe(401);
    expect((await call('GET', '/driver/live')).status).toBe(401);
  });

  it('ends the oldest of too many streams: broken connections of phones are noticed late', async () => {
    const streams: TestStream[] = [];
    for (let index = 0; index < 5; index += 1) {
      const stream = await listen(ada);
      await soon(() => expect(routesOf(stream)).toHaveLength(1));
      streams.push(stream);
    }
    await soon(() =>
      expect(streams.map(({ over }) => over())).toEqual([true, false, false, false, false]),
    );
  });
});
