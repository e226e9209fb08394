import { afterEach, beforeEach, expect, it } from 'vitest';
import { startDemo } from '../../src/app/demo/start-demo.ts';
import type { Event } from '../../src/events/event.ts';
import {
  couriersOnRoute,
  finishedLegs,
  phonesHealth,
  startWatchingSilence,
} from '../../src/fleet/couriers/index.ts';
import {
  createDelivery,
  type DeliveryView,
  dispatchBoard,
  explainDelivery,
  listDeliveries,
  reassignDelivery,
} from '../../src/fleet/deliveries/index.ts';
import { maintainCustody, matchOpen, reconcile } from '../../src/fleet/deliveries/test-matching.ts';
import type { DemoDayDeps } from '../../src/fleet/sandbox-couriers/demo-day/deps.ts';
import { readTown } from '../../src/fleet/sandbox-couriers/demo-day/plan-day.ts';
import { playDemoDay } from '../../src/fleet/sandbox-couriers/demo-day/play-day.ts';
import { startDemoDay } from '../../src/fleet/sandbox-couriers/demo-day/start.ts';
import { readStreets } from '../../src/fleet/sandbox-couriers/streets.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { DEMO_TENANT } from '../../src/kernel/tenant.ts';
import { wireId } from '../../src/kernel/wire/wire-ids.ts';
import { addDemo, askToRemoveDemo, findDemo, noteDemoMade } from '../../src/merchants/index.ts';
import { createImageCleaner } from '../../src/platform/images/clean-image.ts';
import { createLog } from '../../src/platform/observability/log.ts';
import { count, readAnalytics } from '../../src/reactions/analytics/index.ts';
import { inThePast, recordInvented } from '../../src/tracking/ports/running.ts';
import { countRows } from '../support/count-rows.ts';

const HOUR_MS = 3_600_000;
const log = createLog({ level: 'silent' });
const [town, streets] = [readTown(), readStreets()];

let hub: TestHub;
beforeEach(async () => {
  hub = await createTestHub();
  await addDemo(hub.db.pipeline, hub.clock.nowMs());
});
afterEach(async () => {
  await hub.close();
});

function demoDeps() {
  const { deliveries, positions, tracking } = hub;
  const uncounted: Event[] = [];
  const trackingAt = (atMs: number) => inThePast(tracking, atMs, uncounted);
  const toCount = () => count({ tracking }, uncounted.splice(0));
  const proofs = { blobs: hub.blobs, images: createImageCleaner() };
  const { places } = positions;
  return { deliveries, places, trackingAt, proofs, record: recordInvented, count: toCount };
}

async function play(changes: Partial<DemoDayDeps> = {}): Promise<boolean> {
  const demo = await findDemo(hub.db.pipeline);
  const deps = { ...demoDeps(), town, streets, mayContinue: () => true, ...changes };
  return playDemoDay(deps, demo?.createdAtMs ?? 0);
}

const board = () => dispatchBoard(hub.deliveries, DEMO_TENANT, 200);
const phases = async () => (await board()).deliveries.map(({ phase }) => phase);
const couriers = () =>
  hub.couriers.couriers.list(
    DEMO_TENANT,
    { onShift: null, externalId: null },
    { after: null, limit: 50 },
  );

const everything = { after: null, statuses: null, courierId: null, limit: 1_000 };
const deliveries = () => listDeliveries(hub.deliveries, DEMO_TENANT, everything);
const rowsIn = async () => (await countRows(hub.db)).rows;

it('shows a dispatcher’s noon: deliveries in each column, couriers on shift, and one who pauses', async () => {
  await play();
  const { ended, figures, search } = await board();
  expect(await phases()).toEqual(
    expect.arrayContaining(['pending', 'offered', 'assigned', 'picked_up']),
  );
  expect([2, 3]).toContain(figures.open);
  expect([3, 4]).toContain(figures.assigned);
  expect(ended.length).toBeGreaterThan(2);
  expect(ended.every(({ phase }) => phase === 'delivered')).toBe(true);
  // Nothing that a dispatcher would have to look into.
  expect(figures.orphaned).toBe(0);
  expect(search.waitP90S).toBeLessThan(300);
  const all = await couriers();
  expect(all).toHaveLength(5);
  expect(all.filter(({ onShift }) => onShift)).toHaveLength(3);
  expect(all.filter(({ pause }) => pause !== null)).toHaveLength(1);
  const holding = all.filter(({ holds }) => holds > 0);
  expect(holding.length).toBeGreaterThan(0);
  const places = await hub.positions.places.all(DEMO_TENANT);
  expect(places).toHaveLength(3);
  for (const { id, assigned } of all) {
    const route = await hub.couriers.work.route(DEMO_TENANT, id);
    const left = route?.stops.flatMap(({ parcels }) => parcels) ?? [];
    const ahead = left.map(({ state }) => state).filter((state) => state !== 'done');
    expect(ahead).toHaveLength(assigned);
    // What is on board is brought before more is fetched.
    expect(ahead).toEqual(ahead.toSorted());
  }
});

it('moves on with the clock, also after the hub was stopped for a night', async () => {
  await play();
  const before = (await board()).ended.length;
  hub.clock.advance(HOUR_MS);
  await play();
  expect((await board()).ended.length).toBeGreaterThan(before + 5);
  expect([3, 4]).toContain((await board()).figures.assigned);
  hub.clock.advance(12 * HOUR_MS);
  await play();
  // Everything that was under way has arrived, and nobody has been waiting since yesterday.
  expect(await phases()).toEqual([]);
  hub.clock.advance(10 * HOUR_MS);
  await play();
  expect([2, 3]).toContain((await board()).figures.open);
  hub.clock.advance(10 * 24 * HOUR_MS);
  expect(await play()).toBe(true);
  expect(await phases()).toEqual([]);
  // Its week is over.
  expect(await play()).toBe(false);
  expect((await couriers()).filter(({ holds }) => holds > 0)).toEqual([]);
});

it('counts each parcel in the analytics, once', async () => {
  await play();
  hub.clock.advance(12 * HOUR_MS);
  await play();
  await play();
  const query = { weeks: 4, by: 'carrier', carrier: null, nowMs: hub.clock.nowMs() } as const;
  const { total } = await readAnalytics(hub.db, DEMO_TENANT, query);
  const all = await deliveries();
  expect(all.length).toBeGreaterThan(5);
  expect([total.registered, total.delivered]).toEqual([all.length, all.length]);
});

it('goes on with the others when somebody has removed a courier', async () => {
  await play();
  const [riding] = (await couriers()).filter(({ onShift, holds }) => onShift && holds === 0);
  await hub.couriers.couriers.remove(DEMO_TENANT, riding?.id ?? '');
  hub.clock.advance(HOUR_MS);
  await play();
  expect(await couriers()).toHaveLength(4);
  expect(
    (await board()).deliveries.every(({ row }) => row.openedAtMs > hub.clock.nowMs() - HOUR_MS),
  ).toBe(true);
  expect([2, 3]).toContain((await board()).figures.open);
});

it('hires nobody again when somebody has removed all couriers', async () => {
  await play();
  await hub.db.pipeline.query('update courier_parcels set done_at = now(), done_why = $1', [
    'taken_off',
  ]);
  for (const { id } of await couriers()) await hub.couriers.couriers.remove(DEMO_TENANT, id);
  hub.clock.advance(26 * HOUR_MS);
  await play();
  expect(await couriers()).toEqual([]);
});

it('ends a delivery and hires a courier also when it was killed meanwhile', async () => {
  await play({ mayContinue: () => false });
  const hired = await couriers();
  const waiting = hired.find(({ onShift, device }) => !onShift && device !== null);
  await hub.couriers.couriers.remove(DEMO_TENANT, waiting?.id ?? '');
  const killed = play({
    async record(...args) {
      await recordInvented(...args);
      const [first] = args[2];
      expect(first?.report.facts).not.toMatchObject([{ codes: { code: 'DELIVERED' } }]);
    },
  });
  await expect(killed).rejects.toThrow('DELIVERED');
  expect(await couriers()).toHaveLength(hired.length);
  hub.clock.advance(12 * HOUR_MS);
  await play();
  expect((await couriers()).filter(({ holds }) => holds > 0)).toEqual([]);
});

it('lets the courier deliver to whom a dispatcher has moved a delivery', async () => {
  await play();
  const moved = (await board()).deliveries.find(({ phase }) => phase === 'assigned');
  const { shipmentId = '', courierId } = moved?.row ?? {};
  const other = (await couriers()).find(
    ({ id, onShift, pause }) => onShift && pause === null && id !== courierId,
  );
  await reassignDelivery(hub.deliveries, DEMO_TENANT, shipmentId, other?.id ?? '');
  hub.clock.advance(HOUR_MS);
  await play();
  const { rows } = await hub.db.pipeline.query(
    'select giver_id from delivery_proofs where shipment_id = $1',
    [shipmentId],
  );
  expect(rows).toEqual([{ giver_id: wireId('courier', other?.id ?? '') }]);
  // While nobody is on shift, nothing is offered.
  for (const { id } of await couriers()) {
    await hub.couriers.couriers.change(DEMO_TENANT, id, {}, { on: false });
  }
  hub.clock.advance(HOUR_MS / 5);
  await play();
  await play();
  for (const { row, phase } of (await board()).deliveries) {
    if (phase !== 'pending') continue;
    const explained = await explainDelivery(hub.deliveries, DEMO_TENANT, row.shipmentId);
    expect(explained?.steps.map(({ what }) => what)).toEqual(['wanted']);
  }
});

it('places each order once, however many deliveries people add', async () => {
  await play();
  const [
    {
      details: { origin, destination },
    },
  ] = (await deliveries()) as [DeliveryView];
  const anyTime = { fromMs: null, toMs: null };
  for (const number of Array(95).keys()) {
    await createDelivery(hub.deliveries, DEMO_TENANT, {
      origin: { at: origin, address: null },
      destination: { at: destination, address: null },
      recipient: {},
      notes: null,
      orderIds: [`DEMO-R-${number + 5_000}`],
      packageSize: 'small',
      weightG: null,
      readyMs: null,
      pickup: anyTime,
      delivery: anyTime,
      requireProof: [],
    });
  }
  hub.clock.advance(HOUR_MS);
  const before = (await deliveries()).length;
  await play();
  await play();
  const orders = (await deliveries()).flatMap(({ shipment }) => shipment.orderIds);
  expect(orders.length).toBeGreaterThan(before + 5);
  expect(new Set(orders).size).toBe(orders.length);
});

it('plays from when the demo is made until it is to be removed', async () => {
  const stops: (() => unknown)[] = [];
  const loop = startDemoDay(
    {
      ...{ database: hub.db, log, listener: { on: () => () => {} } },
      shutdown: { onStop: (_name, stop) => void stops.push(stop) },
    },
    demoDeps(),
  );
  await loop.now();
  expect(await couriers()).toEqual([]);
  await noteDemoMade(hub.db.pipeline);
  await loop.now();
  expect(await couriers()).toHaveLength(5);
  const before = await rowsIn();
  await askToRemoveDemo(hub.db.pipeline);
  hub.clock.advance(HOUR_MS);
  await loop.now();
  expect(await rowsIn()).toEqual(before);
  for (const stop of stops) await stop();
});

it('is offered to nobody, watched by nobody and learned from by nobody', async () => {
  await play();
  const nowMs = hub.clock.nowMs();
  const { pipeline } = hub.db;
  expect(await matchOpen(hub.deliveries)).toMatchObject({ looked: 0, offers: 0, assigned: 0 });
  expect(await reconcile(hub.deliveries)).toEqual([]);
  expect(await couriersOnRoute(pipeline, nowMs)).toEqual([]);
  expect(await finishedLegs(pipeline, 0, 100)).toEqual([]);
  const limits = { silentSinceMs: nowMs, clockOffMs: 0, refusedSinceMs: 0 };
  expect(await phonesHealth(pipeline, limits)).toMatchObject({ couriers: 0, withPhone: 0 });
  // The hub was stopped for hours, so no courier has made contact.
  hub.clock.advance(20 * HOUR_MS);
  const applied: string[] = [];
  const applyCases = async (_: unknown, shipmentId: string) => void applied.push(shipmentId);
  expect(await maintainCustody(hub.deliveries, applyCases)).toEqual([]);
  const silence = startWatchingSilence({
    ...{ db: hub.db, clock: hub.clock, randomBytes: hub.deliveries.randomBytes, log, applyCases },
    silentAfterMs: async () => 60_000,
    lastPositions: async () => new Map(),
  });
  await silence.now();
  await silence.stop();
  expect(applied).toEqual([]);
  await play();
  const rows = await rowsIn();
  for (const table of ['event_log', 'notifications', 'offer_pushes', 'device_pushes', 'drops']) {
    expect(rows[table]).toBeUndefined();
  }
  for (const table of ['courier_silences', 'courier_arrivals', 'exception_cases', 'edd_journeys']) {
    expect(rows[table]).toBeUndefined();
  }
});

it('leaves no row behind when the demo is removed', async () => {
  // The installation’s key is made at its first use, by whoever has couriers first.
  await hub.deliveries.recognition();
  const before = await rowsIn();
  await play();
  await hub.positions.keeper.store();
  hub.clock.advance(HOUR_MS);
  await play();
  const during = await rowsIn();
  for (const table of ['couriers', 'courier_shifts', 'courier_parcels', 'courier_places']) {
    expect(during[table]).toBeGreaterThan(0);
  }
  for (const table of ['deliveries', 'delivery_offers', 'delivery_steps', 'delivery_proofs']) {
    expect(during[table]).toBeGreaterThan(0);
  }
  await askToRemoveDemo(hub.db.pipeline);
  const demo = startDemo({
    ...{ db: hub.db, exceptions: hub.exceptionsDeps, clock: hub.clock, log },
    plan: () => [],
    wait: async () => {},
    listener: { on: () => () => {} },
    isRealWorkWaiting: () => false,
  });
  await demo.now();
  await demo.stop();
  await hub.positions.keeper.store();
  const { merchants, ...rest } = before;
  const { merchants: left = 0, ...after } = await rowsIn();
  expect(left).toBe((merchants ?? 0) - 1);
  expect(after).toEqual(rest);
});
