import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';
import { withTransaction } from '../../../platform/database/database.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { assignParcels } from '../../couriers/index.ts';
import { startMatcher } from '../../deliveries/index.ts';
import { matchOpen } from '../../deliveries/test-matching.ts';

/** Parts of the delivery contract that the tests beside this one do not cover. */
const SHOP = { lat: 53.5436, lng: 9.9885 };
const MINUTE_MS = 60_000;

let hub: TestHub;
let call: Caller;
let tenant: Tenant;
let ada: TestDriver;
let ben: TestDriver;

beforeAll(async () => {
  hub = await createTestHub();
  const key = await hub.newKey();
  tenant = key.tenant;
  call = callerOf(hub, key.text);
  ada = await onShift('Ada Example');
  ben = await onShift('Ben Example');
});
afterAll(() => hub?.close());

async function onShift(name: string): Promise<TestDriver> {
  const driver = await newDriver(hub, call, name);
  await driver.call('POST', '/driver/shift', { shift: 'on' });
  await stands(driver);
  return driver;
}

async function stands(driver: TestDriver): Promise<void> {
  const ts = new Date(hub.clock.nowMs()).toISOString();
  await driver.call('POST', '/driver/positions', [{ ts, ...SHOP }]);
}

const at = (inMs: number) => new Date(hub.clock.nowMs() + inMs).toISOString();

async function wanted(more: Record<string, unknown> = {}): Promise<string> {
  const made = await call('POST', '/deliveries', {
    origin: SHOP,
    origin_address: 'Am Sandtorkai 1, 20457 Hamburg, Germany',
    destination: { lat: 53.5453, lng: 9.9467 },
    destination_address: 'Große Elbstraße 68, 22767 Hamburg, Germany',
    package_size: 'small',
    phone: '+4915112345678',
    ...more,
  });
  expect(made.status, made.text).toBe(201);
  return String(made.body['delivery_id']);
}

const shown = async (id: string) => (await call('GET', `/deliveries/${id}`)).body;
const accept = (driver: TestDriver, id: string) => driver.call('POST', `/deliveries/${id}/accept`);
const cancel = (id: string) => call('POST', `/deliveries/${id}/cancel`);
const command = (driver: TestDriver, id: string, status: string) =>
  driver.call('POST', `/deliveries/${id}/status`, { status });

it('the pickup is the status picked_up and, at the same instant, out for delivery', async () => {
  const id = await wanted();
  await accept(ada, id);
  hub.clock.advance(5 * MINUTE_MS);
  await command(ada, id, 'picked_up');
  const shipment = String((await shown(id))['shipment_id']);
  const { body, text } = await call('GET', `/shipments/${shipment}`);
  const history = body['events'] as { status: string; occurred_at: string }[];
  const when = (status: string) => history.find((each) => each.status === status)?.occurred_at;
  expect(when('picked_up'), text).toBeDefined();
  expect(when('out_for_delivery')).toBe(when('picked_up'));
  await command(ada, id, 'delivered');
});

it('a recall is a stop at the pickup address', async () => {
  const id = await wanted();
  await accept(ada, id);
  await command(ada, id, 'picked_up');
  hub.clock.advance(MINUTE_MS);
  expect((await cancel(id)).body).toMatchObject({ status: 'returning' });
  const { body } = await ada.call('GET', '/driver/route');
  const stops = body['stops'] as { state: string }[];
  expect(stops.filter(({ state }) => state === 'open')).toMatchObject([
    {
      address: { lines: [expect.stringContaining('Sandtorkai')] },
      parcels: [{ status: 'returning' }],
    },
  ]);
  hub.clock.advance(MINUTE_MS);
  await command(ada, id, 'returned_to_sender');
});

it('a courier who loses a delivery is named in shipment.unassigned, with the reason', async () => {
  const id = await wanted();
  await accept(ada, id);
  await ada.call('POST', `/deliveries/${id}/decline`);
  await accept(ben, id);
  await call('POST', `/deliveries/${id}/reassign`, { courier_id: ada.id });
  const { body } = await call('GET', '/events?type=shipment.unassigned');
  const shipment = (await shown(id))['shipment_id'];
  const events = body['data'] as { data: { id: string; courier: unknown } }[];
  const couriers = events
    .filter(({ data }) => data.id === shipment)
    .map(({ data }) => data.courier);
  expect(couriers).toHaveLength(2);
  expect(couriers).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ id: ada.id, why: 'given_back' }),
      expect.objectContaining({ id: ben.id, why: 'dispatcher' }),
    ]),
  );
  await cancel(id);
});

it('couriers are offered it from 20 minutes before it is ready, not earlier', async () => {
  const id = await wanted({ ready_at: at(60 * MINUTE_MS) });
  expect((await matchOpen(hub.deliveries)).offers).toBe(0);
  hub.clock.advance(39 * MINUTE_MS);
  expect((await matchOpen(hub.deliveries)).offers).toBe(0);
  hub.clock.advance(2 * MINUTE_MS);
  for (const driver of [ada, ben]) await stands(driver);
  expect((await matchOpen(hub.deliveries)).offers).toBeGreaterThan(0);
  expect(await shown(id)).toMatchObject({ phase: 'offered' });
  await cancel(id);
});

it('windows are respected: the pickup’s start, and the door’s on the courier’s list', async () => {
  const pickup = { from: at(30 * MINUTE_MS), to: at(60 * MINUTE_MS) };
  const destination = { from: at(60 * MINUTE_MS), to: at(90 * MINUTE_MS) };
  const id = await wanted({ pickup_window: pickup, delivery_window: destination, weight_g: 1_200 });
  const delivery = await shown(id);
  expect(delivery).toMatchObject({
    pickup_window: pickup,
    delivery_window: destination,
    weight_g: 1_200,
    ready_at: pickup.from,
  });
  expect(Date.parse(String(delivery['estimated_pickup_time']))).toBeGreaterThanOrEqual(
    Date.parse(pickup.from),
  );
  await accept(ben, id);
  const route = await ben.call('GET', '/driver/route');
  const stops = route.body['stops'] as { state: string }[];
  expect(stops.filter(({ state }) => state === 'open')).toMatchObject([{ window: destination }]);
  await cancel(id);
  const turned = { from: pickup.to, to: pickup.from };
  const refused = await call('POST', '/deliveries', { pickup_window: turned });
  expect([refused.status, refused.text.includes('/pickup_window/to')]).toEqual([422, true]);
});

it('a list is filtered by one status or courier, and paged', async () => {
  const mine = [await wanted(), await wanted(), await wanted()];
  for (const id of mine) await accept(ben, id);
  const open = await wanted();
  const seen: string[] = [];
  let cursor: unknown = null;
  do {
    const more = cursor === null ? '' : `&cursor=${String(cursor)}`;
    const path = `/deliveries?courier_id=${ben.id}&status=created&limit=2${more}`;
    const { body, text } = await call('GET', path);
    const data = body['data'] as { id: string; status: string; courier: { id: string } }[];
    expect(data.length, text).toBeLessThanOrEqual(2);
    for (const each of data) {
      expect(each).toMatchObject({ status: 'created', courier: { id: ben.id } });
      seen.push(each.id);
    }
    cursor = body['next_cursor'];
  } while (cursor !== null && cursor !== undefined);
  // By id, each once.
  expect(seen).toEqual([...mine].sort());
  expect((await call('GET', '/deliveries?status=nonsense')).status).toBe(422);
  for (const id of [...mine, open]) await cancel(id);
});

it('a key may do what its scopes allow', async () => {
  const id = await wanted();
  const keyWith = async (scope: 'deliveries:read' | 'deliveries:write' | 'shipments:read') =>
    callerOf(hub, (await hub.newKey({ scopes: [scope] })).text);
  const [reader, writer, other] = [
    await keyWith('deliveries:read'),
    await keyWith('deliveries:write'),
    await keyWith('shipments:read'),
  ];
  const read = [`/deliveries/${id}`, '/deliveries', `/deliveries/${id}/explain`] as const;
  for (const path of read) {
    expect([path, (await reader('GET', path)).status]).toEqual([path, 200]);
    expect([path, (await other('GET', path)).status]).toEqual([path, 403]);
  }
  const written = [
    ['POST', '/deliveries', {}],
    ['POST', `/deliveries/${id}/reassign`, { courier_id: ada.id }],
    ['POST', `/deliveries/${id}/accept`, { courier_id: ada.id }],
    ['PUT', '/dispatch/settings', { assign: 'offers' }],
  ] as const;
  for (const [method, path, body] of written) {
    expect([path, (await reader(method, path, body)).status]).toEqual([path, 403]);
    expect([path, (await writer(method, path, body)).status === 403]).toEqual([path, false]);
  }
  await cancel(id);
});

it('several assigned at once are on the route in that order, within capacity, each to one courier', async () => {
  const FITS = 5;
  const cleo = await onShift('Cleo Example');
  await call('PATCH', `/couriers/${cleo.id}`, { capacity: { parcels: FITS } });
  const ids: string[] = [];
  for (let index = 0; index <= FITS; index += 1) ids.push(await wanted());
  const deliveries = await Promise.all(ids.map(shown));
  const numbers = deliveries.map((each) => String(each['tracking_number']));
  const wantedFor = (index: number, courierId: string) => ({
    courierId,
    force: false,
    parcelsOf: null,
    parcel: {
      shipmentId: String(deliveries[index]?.['shipment_id']),
      trackingNumber: numbers[index] ?? '',
      address: { lines: [], postalCode: null, city: null, country: null },
      window: null,
      notes: 'Ring twice.',
    },
  });
  const [hers = '', his = ''] = [cleo.id, ben.id].map((id) => uuidOfWireId('courier', id) ?? '');
  const all = numbers.map((_, index) => wantedFor(index, hers));
  const put = await withTransaction(hub.db.pipeline, (tx) =>
    assignParcels(hub.deliveries, tx, tenant, [...all, wantedFor(0, his), wantedFor(0, hers)]),
  );
  const kinds = put.map(({ kind }) => kind);
  expect(kinds).toEqual([...Array(FITS).fill('done'), 'full', 'taken', 'done']);
  const { body } = await cleo.call('GET', '/driver/route');
  const stops = body['stops'] as { parcels: { tracking_number: string }[]; notes: string[] }[];
  expect(stops.map(({ parcels }) => parcels[0]?.tracking_number)).toEqual(numbers.slice(0, FITS));
  expect(stops[0]?.notes).toEqual(['Ring twice.']);
  for (const id of ids) await cancel(id);
});

it('repairs, and the duration of a pass, are counted', async () => {
  const id = await wanted();
  const matcher = startMatcher({
    ...hub.deliveries,
    listener: { on: () => () => {} },
    metrics: hub.metrics,
    log: createLog({ level: 'silent' }),
    applyCases: async () => {},
    movedTo: () => null,
  });
  try {
    await matcher.idle();
    await accept(ada, id);
    hub.clock.advance(10_000);
    // Simulates a bug: assigned, but on nobody's route.
    const shipment = String((await shown(id))['shipment_id']);
    await hub.db.owner.query('delete from courier_parcels where shipment_id = $1', [shipment]);
    // Those of other tests may be among them.
    expect(await matcher.reconcile()).toBeGreaterThan(0);
  } finally {
    await matcher.stop();
  }
  const text = await hub.metrics.metrics();
  expect(text).toMatch(/^waybill_orphans_total\{why="no_owner"\} 1$/m);
  expect(text).toMatch(/^waybill_match_seconds_count [1-9]\d*$/m);
  expect(await shown(id)).toMatchObject({ courier: null });
  await cancel(id);
});
