import { afterEach, beforeEach, expect, it } from 'vitest';
import { startDemo } from '../../src/app/demo/start-demo.ts';
import {
  couriersOnRoute,
  finishedLegs,
  startWatchingSilence,
} from '../../src/fleet/couriers/index.ts';
import { dispatchBoard } from '../../src/fleet/deliveries/index.ts';
import { maintainCustody, matchOpen, reconcile } from '../../src/fleet/deliveries/test-matching.ts';
import { readTown } from '../../src/fleet/sandbox-couriers/demo-day/plan-day.ts';
import { playDemoDay } from '../../src/fleet/sandbox-couriers/demo-day/play-day.ts';
import { readStreets } from '../../src/fleet/sandbox-couriers/streets.ts';
import { createTestHub, type TestHub } from '../../src/http/testing/test-hub.ts';
import { DEMO_TENANT } from '../../src/kernel/tenant.ts';
import { addDemo, askToRemoveDemo, findDemo, noteDemoMade } from '../../src/merchants/index.ts';
import { createImageCleaner } from '../../src/platform/images/clean-image.ts';
import { createLog } from '../../src/platform/observability/log.ts';
import { inThePast, recordInvented } from '../../src/tracking/ports/running.ts';

const HOUR_MS = 3_600_000;
const log = createLog({ level: 'silent' });
const [town, streets] = [readTown(), readStreets()];

let hub: TestHub;
beforeEach(async () => {
  hub = await createTestHub();
  await addDemo(hub.db.pipeline, hub.clock.nowMs());
  await noteDemoMade(hub.db.pipeline);
});
afterEach(async () => {
  await hub.close();
});

async function play(): Promise<void> {
  const { deliveries, positions, tracking } = hub;
  const demo = await findDemo(hub.db.pipeline);
  const trackingAt = (atMs: number) => inThePast(tracking, atMs, []);
  const proofs = { blobs: hub.blobs, images: createImageCleaner() };
  const deps = { deliveries, places: positions.places, trackingAt, proofs, town, streets };
  await playDemoDay({ ...deps, record: recordInvented }, demo?.createdAtMs ?? 0);
}

const board = () => dispatchBoard(hub.deliveries, DEMO_TENANT, 200);
const phases = async () => (await board()).deliveries.map(({ phase }) => phase);
const couriers = () =>
  hub.couriers.couriers.list(
    DEMO_TENANT,
    { onShift: null, externalId: null },
    { after: null, limit: 50 },
  );

/** The number of rows of each table that has any, with the demo's or all. */
async function rowsIn(): Promise<Readonly<Record<string, number>>> {
  const { rows } = await hub.db.owner.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace
       and relkind in ('r', 'p') and not relispartition order by 1`,
  );
  const counts: [string, number][] = [];
  for (const { name } of rows) {
    const { rows: found } = await hub.db.pipeline
      .query<{ n: number }>(`select count(*)::int as n from ${name}`)
      .catch(() => ({ rows: [] }));
    counts.push([name, found[0]?.n ?? 0]);
  }
  return Object.fromEntries(counts.filter(([, n]) => n > 0));
}

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
  await play();
  expect(await phases()).toEqual([]);
  await play();
  expect((await couriers()).filter(({ holds }) => holds > 0)).toEqual([]);
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

it('is offered to nobody, watched by nobody and learned from by nobody', async () => {
  await play();
  const nowMs = hub.clock.nowMs();
  const { pipeline } = hub.db;
  expect(await matchOpen(hub.deliveries)).toMatchObject({ looked: 0, offers: 0, assigned: 0 });
  expect(await reconcile(hub.deliveries)).toEqual([]);
  expect(await couriersOnRoute(pipeline, nowMs)).toEqual([]);
  expect(await finishedLegs(pipeline, 0, 100)).toEqual([]);
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
