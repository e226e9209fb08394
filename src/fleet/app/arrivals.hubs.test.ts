import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../http/testing/test-hub.ts';
import { uuidOfWireId } from '../../kernel/wire/wire-ids.ts';
import { systemRandom } from '../../platform/clock.ts';
import { createHttpClient } from '../../platform/net/http-client.ts';
import { createLog } from '../../platform/observability/log.ts';
import { PROJECT_ROOT } from '../../platform/settings/yaml-settings.ts';
import { openRoads, openTerms, RoadModel, readPredictionPolicy } from '../../prediction/index.ts';
import { startArrivals } from '../../reactions/predictions/index.ts';
import { sealPlace } from '../../tracking/ports/predictions.ts';
import {
  cacheCourierSettings,
  couriersOnRoute,
  finishedLegs,
  routeAhead,
} from '../couriers/index.ts';

const MINUTE_MS = 60_000;
/** A street that runs north, a stop each kilometre. */
const destinationAt = (km: number) => ({
  lat: 53.55 + km / 111.195,
  lng: 9.95,
  precision: 'rooftop' as const,
});

let hub: TestHub;
let call: Caller;
let tenant: Awaited<ReturnType<TestHub['newKey']>>['tenant'];
let ada: TestDriver;
/** As the database has it. */
let courierId: string;
let arrivals: ReturnType<typeof startArrivals>;
let start: () => typeof arrivals;
const fixes: { courierId: string; lat: number; lng: number; atMs: number }[] = [];
beforeAll(async () => {
  hub = await createTestHub();
  const made = await hub.newKey();
  call = callerOf(hub, made.text);
  tenant = made.tenant;
  ada = await newDriver(hub, call, 'Ada Example');
  const { rows } = await hub.db.pipeline.query<{ id: string }>('select id from couriers');
  courierId = rows[0]?.id ?? '';
  const policy = await readPredictionPolicy(`${PROJECT_ROOT}config/prediction.yaml`);
  const { pipeline } = hub.db;
  const settingsOf = cacheCourierSettings(hub.db, hub.clock);
  start = () =>
    startArrivals({
      terms: openTerms(policy),
      tracking: hub.tracking,
      randomBytes: systemRandom,
      model: { current: () => null },
      keyring: hub.keyring,
      log: createLog({ level: 'silent' }),
      routes: {
        onRoute: (nowMs) => couriersOnRoute(pipeline, nowMs),
        ahead: (courierId, nowMs) => routeAhead(pipeline, courierId, nowMs),
        finishedLegs: (sinceMs, limit) => finishedLegs(pipeline, sinceMs, limit),
      },
      places: async () => fixes,
      arrivingTerms: async (tenant) => (await settingsOf(tenant)).arriving,
      openRoads: (trips) =>
        openRoads(null, { trips, http: createHttpClient(), clock: hub.clock, onChange: () => {} }),
      grow: async () => new RoadModel(),
    });
  arrivals = start();
});
afterAll(async () => {
  await arrivals?.stop();
  await hub.close();
});

async function newParcel(km: number): Promise<{ id: string; number: string }> {
  const destination = {
    line1: `Street ${km}`,
    postal_code: '22767',
    city: 'Hamburg',
    country: 'DE',
  };
  const made = await call('POST', '/shipments', { carrier: 'fleet', destination });
  const id = String(made.body['id']);
  await hub.db.pipeline.query(
    `insert into shipment_places (shipment_id, merchant_id, mode, place, precision)
     values ($1, $2, $3, $4, 'rooftop')`,
    [id, tenant.merchantId, tenant.mode, sealPlace(hub.keyring, id, destinationAt(km))],
  );
  return { id, number: String(made.body['tracking_number']) };
}

let serial = 0;
async function scanned(number: string, code: string) {
  serial += 1;
  const at = new Date(hub.clock.nowMs()).toISOString();
  const event = { id: `e-${serial}`, type: 'scan', at, tracking_number: number, code };
  const answer = await ada.call('POST', '/driver/events', [event]);
  expect(answer.body['results']).toMatchObject([{ outcome: 'accepted' }]);
  await hub.settled();
}

interface Shown {
  readonly date: string;
  readonly from: string;
  readonly to: string;
  readonly source: string;
  readonly stops_before?: number;
}
async function shown(id: string): Promise<Shown | null> {
  const { body } = await call('GET', `/shipments/${id}`);
  return body['estimated_delivery'] as Shown | null;
}
const widthMin = (is: Shown | null) =>
  (Date.parse(is?.to ?? '') - Date.parse(is?.from ?? '')) / MINUTE_MS;

it("announces the courier's time at each door, narrower as the courier comes nearer", async () => {
  const parcels = [await newParcel(1), await newParcel(2), await newParcel(3), await newParcel(4)];
  const shift = await ada.call('POST', '/driver/shift', { shift: 'on' });
  expect([shift.status, shift.text]).toEqual([200, expect.anything()]);
  const listed = { parcels: parcels.map(({ id }) => ({ shipment_id: id })) };
  expect((await call('PUT', `/couriers/${ada.id}/route`, listed)).status).toBe(200);
  for (const { number } of parcels) await scanned(number, 'LOAD');
  // Nobody knows where the courier is, so nothing about the round is announced.
  await arrivals.update();
  const last = parcels[3]?.id ?? '';
  expect((await shown(last)) ?? {}).not.toHaveProperty('stops_before');

  fixes.splice(0, 1, { courierId, ...destinationAt(0), atMs: hub.clock.nowMs() });
  await arrivals.update();
  const far = await shown(last);
  expect(far).toMatchObject({ date: '2026-03-10', source: 'model', stops_before: 3 });
  expect(await shown(parcels[0]?.id ?? '')).toMatchObject({ stops_before: 0 });
  const from = Date.parse(far?.from ?? '');
  expect(from).toBeGreaterThan(hub.clock.nowMs() + 5 * MINUTE_MS);
  expect(from).toBeLessThan(hub.clock.nowMs() + 40 * MINUTE_MS);

  // Three doors later it is the last one's turn; positions are no longer sent, the doors suffice.
  fixes.length = 0;
  for (const { number } of parcels.slice(0, 3)) {
    hub.clock.advance(5 * MINUTE_MS);
    await scanned(number, 'DELIVERED');
    await arrivals.update();
  }
  // It became narrower again and again, but nobody was notified: the day is the same. The single
  // event says that there is a date.
  expect(await eventsOf(last, 'shipment.edd_changed')).toMatchObject([
    { previous_attributes: { estimated_delivery: null } },
  ]);
  expect(await eventsOf(last, 'shipment.tracking_updated')).toEqual([]);
  const near = await shown(last);
  expect(near).toMatchObject({ stops_before: 0, source: 'model' });
  expect(widthMin(near)).toBeLessThan(widthMin(far));
  expect(widthMin(near)).toBeLessThanOrEqual(20);

  hub.clock.advance(5 * MINUTE_MS);
  await scanned(parcels[3]?.number ?? '', 'DELIVERED');
  const { rows } = await hub.db.pipeline.query<{ judged: number }>(
    'select count(judged_at)::int as judged from courier_arrivals',
  );
  expect(rows).toEqual([{ judged: 4 }]);
  expect(await finishedLegs(hub.db.pipeline, 0, 10)).toHaveLength(3);
  await arrivals.learn();
});

it('recomputes nothing while nothing has moved', async () => {
  const parcel = await newParcel(5);
  await scanned(parcel.number, 'LOAD');
  const place = { courierId, ...destinationAt(0) };
  fixes.splice(0, 1, { ...place, atMs: hub.clock.nowMs() });
  await arrivals.update();
  const { rows } = await hub.db.pipeline.query<{ made_at: Date }>(
    'select made_at from courier_arrivals where shipment_id = $1',
    [parcel.id],
  );
  expect(rows).toHaveLength(1);
  const sequence = async () => (await call('GET', `/shipments/${parcel.id}`)).text;
  const before = await sequence();
  hub.clock.advance(6_000);
  fixes.splice(0, 1, { ...place, lat: place.lat + 20 / 111_195, atMs: hub.clock.nowMs() });
  await arrivals.update();
  expect(await sequence()).toBe(before);
});

it('withdraws the time of a courier whose phone is silent, until it reports again', async () => {
  const parcel = await newParcel(6);
  await scanned(parcel.number, 'LOAD');
  fixes.splice(0, 1, { courierId, ...destinationAt(5), atMs: hub.clock.nowMs() });
  await arrivals.update();
  expect(await shown(parcel.id)).toHaveProperty('stops_before');
  hub.clock.advance(6 * MINUTE_MS);
  await arrivals.update();
  expect((await shown(parcel.id)) ?? {}).not.toHaveProperty('stops_before');
  await ada.call('GET', '/driver/route');
  await arrivals.update();
  expect(await shown(parcel.id)).toHaveProperty('stops_before');
});

interface ArrivingEvent {
  readonly type: string;
  readonly data: {
    readonly arriving?: { readonly because: string; readonly stops_before: number };
  };
}
async function eventsOf(id: string, type: string): Promise<ArrivingEvent[]> {
  const { body } = await call('GET', `/events?type=${type}&limit=500`);
  const all = body['data'] as readonly (ArrivingEvent & { data: { id: string } })[];
  return all.filter(({ data }) => data.id === id);
}
const arrivingEventsOf = (id: string) => eventsOf(id, 'shipment.arriving');

it('announces once per attempt that the courier is close, whichever process computes it and however often', async () => {
  // No rows of other tests precede it.
  await ada.call('POST', '/driver/shift', { shift: 'off' });
  const bob = await newDriver(hub, call, 'Bob Example');
  const ada_ = [ada, courierId] as const;
  ada = bob;
  courierId = uuidOfWireId('courier', bob.id) ?? '';
  await ada.call('POST', '/driver/shift', { shift: 'on' });
  const parcel = await newParcel(20);
  await scanned(parcel.number, 'LOAD');
  const at = (km: number) =>
    void fixes.splice(0, fixes.length, {
      courierId,
      ...destinationAt(km),
      atMs: hub.clock.nowMs(),
    });
  at(5);
  await arrivals.update();
  expect(await arrivingEventsOf(parcel.id)).toEqual([]);
  expect(await shown(parcel.id)).not.toHaveProperty('arriving');

  // Two processes, one of which restarts.
  const other = start();
  hub.clock.advance(20 * MINUTE_MS);
  at(19.8);
  await Promise.all([arrivals.update(), other.update()]);
  await other.stop();
  const again = start();
  hub.clock.advance(MINUTE_MS);
  at(19.9);
  await again.update();
  expect(await arrivingEventsOf(parcel.id)).toMatchObject([
    { data: { arriving: { stops_before: 0 } } },
  ]);
  expect(await shown(parcel.id)).toMatchObject({ arriving: true });

  // The attempt failed; the next one is announced again.
  hub.clock.advance(5 * MINUTE_MS);
  await scanned(parcel.number, 'ATTEMPT');
  hub.clock.advance(30 * MINUTE_MS);
  await scanned(parcel.number, 'LOAD');
  at(19.9);
  await again.update();
  expect(await arrivingEventsOf(parcel.id)).toHaveLength(2);

  // Never once it is delivered.
  const next = await newParcel(20.1);
  await scanned(next.number, 'LOAD');
  hub.clock.advance(2 * MINUTE_MS);
  await scanned(next.number, 'DELIVERED');
  at(20.1);
  await again.update();
  expect(await arrivingEventsOf(next.id)).toEqual([]);
  await again.stop();
  [ada, courierId] = ada_;
});

it('announces by the merchant’s own minutes and metres', async () => {
  const changed = await call('PATCH', '/courier-settings', { arriving: { minutes: 1 } });
  expect(changed.body).toMatchObject({ arriving: { minutes: 1, metres: 300 } });
  const both = await call('PATCH', '/courier-settings', { arriving: { metres: 0 } });
  expect(both.body).toMatchObject({ arriving: { minutes: 1, metres: 0 } });
  expect((await call('GET', '/courier-settings')).body).toEqual(both.body);
  const other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
  expect((await other('GET', '/courier-settings')).body).toMatchObject({
    arriving: { minutes: 10, metres: 300 },
  });
  for (const wrong of [{}, { arriving: { minutes: 0 } }, { arriving: { miles: 1 } }]) {
    expect((await call('PATCH', '/courier-settings', wrong)).status).toBe(422);
  }
});
