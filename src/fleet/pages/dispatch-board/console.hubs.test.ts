import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  csrfOf,
  mapDataOf,
  openTestConsole,
  type TestConsole,
} from '../../../http/console/hub/test-console.ts';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import { matchOpen } from '../../deliveries/test-matching.ts';

let hub: TestHub;
let merchant: Caller;
let open: TestConsole;
let ada: TestDriver;
let ben: TestDriver;
const SHOP = { lat: 53.5436, lng: 9.9885 };
beforeAll(async () => {
  hub = await createTestHub();
  merchant = callerOf(hub, (await hub.newKey({ merchant: 'shop' })).text);
  open = await openTestConsole(hub);
  ada = await newDriver(hub, merchant, 'Ada Example');
  ben = await newDriver(hub, merchant, 'Ben Example');
  for (const driver of [ada, ben]) {
    await driver.call('POST', '/driver/shift', { shift: 'on' });
    const ts = new Date(hub.clock.nowMs()).toISOString();
    await driver.call('POST', '/driver/positions', [{ ts, ...SHOP }]);
  }
});
afterAll(() => hub.close());

const visit = (path: string) => open.visit(path, open.cookie);
const board = () => visit('/console/deliveries?of=all');
async function newDelivery(more: Readonly<Record<string, string>> = {}) {
  const places = { origin: SHOP, destination: { lat: 53.55, lng: 9.97 } };
  const address = { line1: 'Große Elbstraße 68', city: 'Hamburg', country: 'DE' };
  const wanted = {
    ...places,
    destination_address: address,
    package_size: 'small',
    phone: '+4930231250',
    notes: 'Hidden notes',
    ...more,
  };
  const { body, text } = await merchant('POST', '/deliveries', wanted);
  expect(text).toContain('delivery_id');
  return { id: String(body['delivery_id']), number: String(body['tracking_number']) };
}
const courierOf = async (id: string) =>
  (await merchant('GET', `/deliveries/${id}`)).body['courier'] as { id: string } | null;

it('lists waiting deliveries first with age and offers, and lets a dispatcher decide', async () => {
  expect((await board()).text).toContain('No deliveries yet.');
  const { id, number } = await newDelivery();
  hub.clock.advance(30_000);
  await matchOpen(hub.deliveries);
  const listed = (await board()).text;
  expect(listed).toContain(number);
  expect(listed).toContain('1 waiting for a courier, the oldest for 1 min.');
  expect(listed).toContain('not answered');
  const couriers = [ada, ben].map((each) => ({ id: each.id, kind: 'courier', ...SHOP }));
  const pickup = { id, kind: 'pickup', tone: 'warn', number: 'A', ...SHOP };
  const map = mapDataOf(listed);
  expect(map).toMatchObject({ lines: [], areas: [], chosen: null });
  expect(map?.items).toHaveLength(3);
  expect(map?.items.slice(0, 2)).toEqual(
    expect.arrayContaining(couriers.map((each) => expect.objectContaining(each))),
  );
  expect(map?.items[2]).toEqual(pickup);
  const chosen = (await visit(`/console/deliveries?of=all&courier=${id}`)).text;
  expect(chosen).toContain(`${number}: why, and assign`);
  const door = { kind: 'door', lat: 53.55, lng: 9.97 };
  expect(mapDataOf(chosen)).toMatchObject({ chosen: id, lines: [{ kind: 'left' }] });
  expect(mapDataOf(chosen)?.items.slice(2)).toMatchObject([pickup, door]);
  // The legend names what is on the map, and nothing else.
  const legend = (text: string) =>
    [...(/id="map-legend".*?<\/ul>/s.exec(text)?.[0] ?? '').matchAll(/<li[^>]*>([^<]*)/g)].map(
      ([, meaning]) => meaning,
    );
  const waits = 'Pickup without a courier';
  expect(legend(listed)).toEqual([waits, 'Free courier']);
  expect(legend(chosen)).toEqual([
    ...[waits, 'Selected drop-off', 'Remaining route', 'Free courier'],
  ]);

  const at = `/console/deliveries/${id}`;
  const page = (await visit(at)).text;
  expect(page).toContain('How it was decided');
  expect(page).toMatch(/not answered/i);
  expect(page).not.toContain('Hidden notes');
  expect(page).not.toContain('+4930231250');
  const csrf = csrfOf(page);
  const assign = (courier: string) => open.visit(`${at}/assign`, open.cookie, { csrf, courier });
  expect((await assign('nobody')).status).toBe(422);
  expect((await assign(ben.id)).status).toBe(303);
  expect(await courierOf(id)).toMatchObject({ id: ben.id });
  await assign(ada.id);
  expect(await courierOf(id)).toMatchObject({ id: ada.id });
  expect((await visit(at)).text).toContain('A dispatcher chose Ada Example');
  await assign('');
  expect(await courierOf(id)).toBe(null);

  await assign(ada.id);
  await ada.call('POST', `/deliveries/${id}/status`, { status: 'picked_up' });
  expect((await assign(ben.id)).status).toBe(409);
  expect((await visit(at)).text).toContain('The courier has it: hand it over by scan');
  expect((await board()).text).toContain(
    '0 waiting for a courier. 1 under way, 2 couriers on shift.',
  );
  expect(hub.log()).toContain('a delivery was assigned, or offered again, by hand');
});

it('says of no delivery that is wanted later that it waits', async () => {
  const readyAt = new Date(hub.clock.nowMs() + 3_600_000).toISOString();
  const { id } = await newDelivery({ ready_at: readyAt });
  const { text } = await board();
  // All doors are in one zone.
  expect(text).toContain('Times are in Europe/Berlin.');
  expect(text).not.toContain('local time');
  expect(text).toContain('1 waiting for a courier');
  expect(text).not.toContain('the oldest for');
  await merchant('POST', `/deliveries/${id}/cancel`, {});
});

it('shows a viewer no names and no form', async () => {
  const { id } = await newDelivery();
  const cookie = await open.looker();
  const { text } = await open.visit(`/console/deliveries/${id}`, cookie);
  expect(text).not.toContain('/assign"');
  expect((await open.visit('/console/deliveries?of=all', cookie)).text).not.toContain(
    'Ada Example',
  );
  const refused = await open.visit(`/console/deliveries/${id}/assign`, cookie, {
    csrf: csrfOf((await open.visit('/console/deliveries?of=all', cookie)).text),
    courier: ada.id,
  });
  expect(refused.status).toBe(403);
  expect((await visit(`/console/deliveries/del_${'0'.repeat(32)}`)).status).toBe(404);
  expect((await visit('/console/deliveries/nonsense')).status).toBe(404);
});

it('lists what was done in the last hours, the last one first', async () => {
  const { id, number } = await newDelivery();
  const done = async () =>
    /<section aria-labelledby="done".*?<\/section>/s.exec((await board()).text)?.[0];
  expect(await done()).not.toContain(number);
  await merchant('POST', `/deliveries/${id}/cancel`, {});
  expect(await done()).toContain(number);
  hub.clock.advance(17 * 3_600_000);
  // The session has ended meanwhile.
  open = await openTestConsole(hub);
  expect(await done()).toContain('Nothing was done in the last 16 hours.');
});
