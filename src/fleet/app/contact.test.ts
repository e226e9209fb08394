import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../http/testing/test-hub.ts';
import { testPositions } from '../../http/testing/test-positions.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { uuidOfWireId } from '../../kernel/wire/wire-ids.ts';
import { openListener } from '../../platform/database/listen.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createMetrics } from '../../platform/observability/metrics.ts';
import { manualTimers } from '../../platform/work/test-timers.ts';
import { COURIERS_CHANNEL } from '../couriers/index.ts';
import { createCourierIndex } from '../deliveries/test-matching.ts';
import { couriersOnMap, EVERYBODY } from '../pages/courier-map/map-state.ts';
import { createMemoryPlaces } from '../positions/index.ts';
import { placesFromDatabase } from './deliveries.ts';

const MINUTE_MS = 60_000;
let hub: TestHub;
let call: Caller;
let tenant: Tenant;
let ada: TestDriver;
let moved: { lat: number; lng: number; atMs: number } | null = null;
let cached: ReturnType<typeof createCourierIndex>;
beforeAll(async () => {
  hub = await createTestHub();
  const key = await hub.newKey();
  ({ tenant } = key);
  call = callerOf(hub, key.text);
  ada = await newDriver(hub, call, 'Ada Example');
  cached = createCourierIndex(hub.deliveries, {
    listener: { on: () => () => {} },
    movedTo: () => moved,
  });
  await ada.call('POST', '/driver/shift', { shift: 'on' });
  await ada.call('POST', '/driver/positions', [{ ts: hub.clock.nowMs(), lat: 0, lng: 0 }]);
  await hub.positions.keeper.store();
});
afterAll(async () => {
  cached?.stop();
  await hub.close();
});

/** Where the courier counts. */
async function seen() {
  const index = createCourierIndex(hub.deliveries, null);
  const count = ({ couriers }: { readonly couriers: readonly unknown[] }) => couriers.length;
  const { couriers: parts, positions } = hub;
  const onMap = await couriersOnMap({ couriers: parts.couriers, positions }, EVERYBODY, true);
  const stored = placesFromDatabase({ database: hub.db, clock: hub.clock });
  return [
    (await call('GET', `/couriers/${ada.id}/position`)).body['is_old'],
    ((await call('GET', '/couriers?near=0,0')).body['data'] as unknown[]).length,
    count(await index.onShiftOf(tenant)),
    count(await index.freeOf(tenant)),
    count(await cached.freeOf(tenant)),
    (await stored(tenant, [String(uuidOfWireId('courier', ada.id))])).size,
    onMap.couriers.map(({ position }) => position).join(),
  ];
}
const LOST = [undefined, 0, 0, 0, 0, 0, 'lost'];
const expire = (minutes: number) =>
  call('PATCH', '/courier-settings', { positions: { expired_minutes: minutes } });

it('a silent phone’s position is old after 2 minutes, and counts nowhere after 5', async () => {
  expect(await seen()).toEqual([false, 1, 1, 1, 1, 1, 'current']);
  hub.clock.advance(2 * MINUTE_MS);
  expect(await seen()).toEqual([true, 1, 1, 1, 1, 1, 'old']);
  hub.clock.advance(3 * MINUTE_MS + 1);
  expect(await seen()).toEqual(LOST);

  // Another process has its newest position.
  moved = { lat: 0, lng: 0, atMs: hub.clock.nowMs() };
  expect((await cached.freeOf(tenant)).couriers).toHaveLength(1);
  moved = null;

  // Any request of the phone ends it at once, and other processes are notified.
  const announced: unknown[] = [];
  const listener = openListener({ url: hub.databaseUrl });
  await listener.ready;
  listener.on(COURIERS_CHANNEL, (id: string | null) => void announced.push(id));
  await ada.call('GET', '/driver/route');
  expect(await seen()).toEqual([true, 1, 1, 1, 0, 1, 'old']);
  await expect.poll(() => announced).toContain(uuidOfWireId('courier', ada.id));
  await listener.close();
});

it('both times are the merchant’s', async () => {
  hub.clock.advance(6 * MINUTE_MS);
  expect(await seen()).toEqual(LOST);
  expect((await expire(2)).status).toBe(422);
  expect((await expire(30)).body['positions']).toEqual({ old_minutes: 2, expired_minutes: 30 });
  expect((await seen())[0]).toBe(true);
  await call('PATCH', '/courier-settings', { positions: { old_minutes: 60 } });
  expect((await seen())[0]).toBe(false);
});

it('the store forgets the place', async () => {
  const [places, timers] = [createMemoryPlaces(), manualTimers()];
  const [log, metrics] = [createLog({ level: 'silent' }), createMetrics({ processMetrics: false })];
  const { db, clock, databaseUrl } = hub;
  const positions = await testPositions({ db, clock, databaseUrl, log, metrics, places, timers });
  expect(await places.couriers()).toHaveLength(1);
  timers.advance(MINUTE_MS);
  await positions.keeper.store();
  expect(await places.couriers()).toHaveLength(1);
  await expire(5);
  timers.advance(MINUTE_MS);
  await expect.poll(() => places.couriers()).toEqual([]);
  await positions.stop();
});
