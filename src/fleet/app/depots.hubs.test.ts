import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../http/testing/test-hub.ts';
import { createLog } from '../../platform/observability/log.ts';
import type { Loop } from '../../platform/work/loop.ts';
import { startWatchingDepots } from '../couriers/index.ts';
import { storedPlacesOf } from '../positions/index.ts';

const DEPOT = { lat: 53.5, lng: 9.9 };
let hub: TestHub;
let call: Caller;
let ada: TestDriver;
const watches: Loop[] = [];
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  ada = await newDriver(hub, call, 'Ada Example');
  const depot = { code: 'HAM-1', name: 'Hamburg', type: 'hub', ...DEPOT };
  expect((await call('POST', '/facilities', depot)).status).toBeLessThan(300);
  await call('PATCH', `/couriers/${ada.id}`, { home_facility: 'HAM-1' });
  await ada.call('POST', '/driver/shift', { shift: 'on' });
});
afterAll(async () => {
  for (const each of watches) await each.stop();
  await hub.close();
});

function start(): Loop {
  const watching = startWatchingDepots({
    db: hub.db,
    clock: hub.clock,
    log: createLog({ level: 'silent' }),
    depotOf: hub.couriers.depotOf,
    places: (ids) => storedPlacesOf(hub.db.pipeline, ids),
    setsStatus: async (tenant) =>
      (await hub.couriers.settings.read(tenant)).depot.on_leaving === 'out_for_delivery',
    depart: async (tenant, id, code) => void (await hub.couriers.work.depart(tenant, id, code)),
  });
  watches.push(watching);
  return watching;
}

let serial = 0;
async function scanned(number: string, code: string): Promise<void> {
  serial += 1;
  const at = new Date(hub.clock.nowMs()).toISOString();
  const event = { id: `d-${serial}`, type: 'scan', at, tracking_number: number, code };
  const { body } = await ada.call('POST', '/driver/events', [event]);
  expect(body['results']).toMatchObject([{ outcome: 'accepted' }]);
  await hub.settled();
}
/** This many metres north of the depot, a minute later; two processes check. */
async function at(northM: number, watchers: readonly Loop[]): Promise<void> {
  hub.clock.advance(60_000);
  const ts = new Date(hub.clock.nowMs()).toISOString();
  const place = { ts, lat: DEPOT.lat + northM / 111_195, lng: DEPOT.lng };
  expect((await ada.call('POST', '/driver/positions', [place])).status).toBe(202);
  await hub.positions.keeper.store();
  await Promise.all(watchers.map((each) => each.now()));
  await hub.settled();
}
const statusOf = async (id: string) => (await call('GET', `/shipments/${id}`)).body['status'];
const depot = async () => (await ada.call('GET', '/driver/route')).body['depot'];

it('coming to the building and leaving it sets no status, unless the merchant configures it', async () => {
  const watchers = [start(), start()];
  const made = await call('POST', '/shipments', { carrier: 'fleet' });
  const [id, number] = [String(made.body['id']), String(made.body['tracking_number'])];
  await scanned(number, 'PICKUP');
  await at(0, watchers);
  expect(await depot()).toMatchObject({ facility_code: 'HAM-1', is_there: true, hint: null });
  await at(500, watchers);
  expect(await statusOf(id)).toBe('picked_up');
  expect(await depot()).toMatchObject({ is_there: false });

  const set = await call('PATCH', '/courier-settings', {
    depot: { on_leaving: 'out_for_delivery' },
  });
  expect(set.body).toMatchObject({ depot: { on_leaving: 'out_for_delivery' } });
  await at(0, watchers);
  expect(await statusOf(id)).toBe('picked_up');
  // One of them restarts in between.
  await at(500, [...watchers, start()]);
  expect(await statusOf(id)).toBe('out_for_delivery');
  const { body } = await call('GET', `/shipments/${id}`);
  const loads = (body['events'] as { status: string }[]).filter(
    ({ status }) => status === 'out_for_delivery',
  );
  expect(loads).toHaveLength(1);

  await scanned(number, 'DELIVERED');
  await at(0, watchers);
  expect(await depot()).toMatchObject({ is_there: true, hint: 'end_shift' });
});
