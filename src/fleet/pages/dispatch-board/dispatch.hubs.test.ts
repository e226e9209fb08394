import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestDesk, type TestDesk } from '../../../http/console/kit/test-desk.ts';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { matchOpen, reconcile } from '../../deliveries/test-matching.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const SHOP = { lat: 53.5436, lng: 9.9885 };

let hub: TestHub;
let desk: TestDesk;
let merchant: Caller;
let other: Caller;
let support: string;
let developer: string;
let ada: TestDriver;
let ben: TestDriver;
let theirs: TestDriver;

beforeAll(async () => {
  hub = await createTestHub();
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
  desk = await openTestDesk(hub, hub.members);
  support = await desk.member('support@shop.example', 'support');
  developer = await desk.member('developer@shop.example', 'developer');
  merchant = callerOf(hub, KEY);
  other = callerOf(hub, (await hub.newKey({ merchant: 'other', mode: 'test' })).text);
  ada = await onShift(merchant, 'Ada Example');
  ben = await onShift(merchant, 'Ben Example');
  theirs = await onShift(other, 'Theo Theirs');
});
afterAll(() => hub?.close());

async function onShift(of: Caller, name: string): Promise<TestDriver> {
  const driver = await newDriver(hub, of, name);
  await driver.call('POST', '/driver/shift', { shift: 'on' });
  await stands(driver);
  return driver;
}

async function stands(driver: TestDriver): Promise<void> {
  const ts = new Date(hub.clock.nowMs()).toISOString();
  await driver.call('POST', '/driver/positions', [{ ts, ...SHOP }]);
}

async function newDelivery(of: Caller, more: Readonly<Record<string, unknown>> = {}) {
  const places = { origin: SHOP, destination: { lat: 53.55, lng: 9.97 } };
  const wanted = {
    ...places,
    package_size: 'small',
    phone: '+4930231250',
    notes: 'Hidden notes',
    ...more,
  };
  const { body, text } = await of('POST', '/deliveries', wanted);
  expect(text).toContain('delivery_id');
  return { id: String(body['delivery_id']), number: String(body['tracking_number']) };
}

const courierOf = async (id: string) =>
  (await merchant('GET', `/deliveries/${id}`)).body['courier'] as { id: string } | null;

it('a dispatcher of the merchant sees waiting deliveries with reasons, and assigns, reassigns and re-offers them', async () => {
  const { id, number } = await newDelivery(merchant);
  hub.clock.advance(30_000);
  await matchOpen(hub.deliveries);
  const board = await desk.visit('/console/deliveries', support);
  expect(board.text).toContain(number);
  expect(board.text).toContain('1 waiting for a courier, the oldest for 1 min.');
  expect(board.text).toContain('not answered');
  expect(board.text).toMatch(/"items":\[\{"id":"cou_.*\{"id":"del_/);
  const policy = board.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toContain('unsafe');
  expect(board.text).toMatch(/<script type="module" src="\/maps\/map\./);
  expect(board.text).not.toContain('/console/hub/');

  const at = `/console/deliveries/${id}`;
  const why = (await desk.visit(at, support)).text;
  expect(why).toContain('How it was decided');
  expect(why).toMatch(/href="\/console\/shipments\/[0-9a-f-]{36}"/);
  for (const hidden of ['Hidden notes', '+4930231250', '/console/hub/'])
    expect(why).not.toContain(hidden);
  const assign = (courier: string) => desk.visit(`${at}/assign`, support, { courier });
  expect((await assign('nobody')).status).toBe(422);
  expect((await assign(theirs.id)).status).toBe(404);
  const given = await assign(ben.id);
  expect([given.status, given.headers.get('location')]).toEqual([
    303,
    `${at}?done=delivery_assigned`,
  ]);
  expect(await courierOf(id)).toMatchObject({ id: ben.id });
  await assign(ada.id);
  expect(await courierOf(id)).toMatchObject({ id: ada.id });
  await assign('');
  expect(await courierOf(id)).toBe(null);
  const again = await assign('');
  expect([again.status, again.text.includes('Nobody has it any more')]).toEqual([409, true]);
  await assign(ada.id);
  await ada.call('POST', `/deliveries/${id}/status`, { status: 'picked_up' });
  expect((await assign(ben.id)).status).toBe(409);
  expect((await desk.visit(at, support)).text).toContain(
    'The courier has it: hand it over by scan',
  );
  const audit = (await desk.visit('/console/actions', desk.owner)).text;
  expect(audit).toContain('support of the shop');
  expect(audit).toMatch(/assigned or offered a delivery/i);
});

it('a late parcel without a courier still says so, and links to its delivery', async () => {
  const deadline = new Date(hub.clock.nowMs() + 3_600_000).toISOString();
  const { id, number } = await newDelivery(merchant, { delivery_window: { to: deadline } });
  const at = `/console/deliveries/${id}`;
  const why = (await desk.visit(at, support)).text;
  const [parcel = ''] = /\/console\/shipments\/[0-9a-f-]{36}/.exec(why) ?? [];
  hub.clock.advance(2 * 3_600_000);
  const { text } = await desk.visit(parcel, support);
  expect(text).toContain('<span class="pill warn">finding a courier</span>');
  expect(text).toMatch(new RegExp(`<a href="${at}">\\s*Assign to a courier`));
  expect((await desk.visit(at, support)).status).toBe(200);
  expect((await desk.visit(`/console/shipments?q=${number}`, support)).text).toContain(
    '<span class="pill warn" title="finding a courier">',
  );
  await desk.visit(`${at}/assign`, support, { courier: ben.id });
  const french = await desk.visit(parcel, support, undefined, { 'accept-language': 'fr' });
  expect(french.text).toContain('<h2 id="couriers">Coursiers</h2>');
  expect(french.text.match(/>attribu\S+?</g)).toEqual(['>attribué<', '>attribué<']);
  await merchant('POST', `/deliveries/${id}/cancel`, {});
  expect((await desk.visit(parcel, support)).text).not.toContain(`href="${at}"`);
});

it('a dispatcher decides about a delivery whose trouble came before the pickup', async () => {
  const { id, number } = await newDelivery(merchant);
  const scannedAt = new Date(hub.clock.nowMs()).toISOString();
  const scan = { tracking_number: number, code: 'EXCEPTION', reason_code: 'DELAY' };
  await merchant('POST', '/scans', [{ ...scan, scanned_at: scannedAt }]);
  await hub.settled();
  const at = `/console/deliveries/${id}`;
  expect((await desk.visit(at, support)).text).toContain(`action="${at}/assign"`);
  for (const courier of [ben.id, ada.id, '']) {
    expect((await desk.visit(`${at}/assign`, support, { courier })).status).toBe(303);
  }
  expect(await courierOf(id)).toBe(null);
  await merchant('POST', `/deliveries/${id}/cancel`, {});
});

it('nobody can see or decide about another merchant’s deliveries, couriers or areas', async () => {
  const { id, number } = await newDelivery(other);
  await matchOpen(hub.deliveries);
  const cells = { cells: ['u1x0e'], reason: 'Theirs' };
  const paused = String((await other('POST', '/dispatch/pauses', cells)).body['id']);
  const board = (await desk.visit('/console/deliveries', desk.owner)).text;
  for (const foreign of [id, number, theirs.id, 'Theo Theirs', 'Theirs', paused]) {
    expect(board).not.toContain(foreign);
  }
  expect((await desk.visit(`/console/deliveries/${id}`, desk.owner)).status).toBe(404);
  const at = `/console/deliveries/${id}/assign`;
  expect((await desk.visit(at, desk.owner, { courier: ada.id })).status).toBe(404);
  expect((await desk.visit(at, desk.owner, { courier: '' })).status).toBe(404);
  const end = `/console/deliveries/pauses/${paused}/end`;
  expect((await desk.visit(end, desk.owner, {})).status).toBe(404);
  expect((await other('GET', `/deliveries/${id}`)).body['courier']).toBe(null);
  expect((await other('GET', '/dispatch/pauses')).body['data']).toMatchObject([{ ended_at: null }]);
  for (const nonsense of ['nonsense', `del_${'0'.repeat(32)}`]) {
    expect((await desk.visit(`/console/deliveries/${nonsense}`, desk.owner)).status).toBe(404);
  }
});

it('a viewer gets no form, and an analyst not even the page', async () => {
  const { id } = await newDelivery(merchant);
  const page = await desk.visit(`/console/deliveries/${id}`, developer);
  expect([page.status, page.text.includes('<select id="courier"')]).toEqual([200, false]);
  expect((await desk.visit('/console/deliveries', developer)).text).not.toContain('Pause an area');
  const refused = await desk.visit(`/console/deliveries/${id}/assign`, developer, {
    courier: ada.id,
  });
  expect(refused.status).toBe(403);
  const analyst = await desk.member('analyst@shop.example', 'analyst');
  const none = await desk.visit('/console/deliveries', analyst);
  expect([none.status, none.text.includes('href="/console/deliveries"')]).toEqual([403, false]);
});

it('members of the merchant pause and resume an area', async () => {
  const pause = (form: Readonly<Record<string, string>>) =>
    desk.visit('/console/deliveries/pauses', support, form);
  expect((await pause({ cells: '', minutes: '60' })).status).toBe(422);
  const form = { cells: 'u1x0e', minutes: '60', reason: 'Storm warning', tenant: 'all' };
  expect((await pause(form)).headers.get('location')).toBe('/console/deliveries?done=area_paused');
  const listed = (await merchant('GET', '/dispatch/pauses')).body['data'] as {
    readonly id: string;
    readonly created_by: string;
  }[];
  expect(listed).toHaveLength(1);
  expect(listed[0]?.created_by).toMatch(/^member [0-9a-f-]{36}$/);
  const board = (await desk.visit('/console/deliveries', support)).text;
  expect(board).toMatch(/\(Storm warning\) .*since <time [^>]+>[^<]+<\/time>, until <time /);
  const end = `/console/deliveries/pauses/${listed[0]?.id}/end`;
  expect((await desk.visit(end, support, {})).status).toBe(303);
  expect((await desk.visit('/console/deliveries', support)).text).not.toContain('Storm warning');
});

it('deliveries waiting too long, or without their courier, are listed above the map', async () => {
  const { id } = await newDelivery(merchant);
  await merchant('POST', `/deliveries/${id}/accept`, { courier_id: ben.id });
  hub.clock.advance(6 * 60_000);
  await stands(ada);
  // Ben's phone has sent nothing for six minutes.
  const expire = (minutes: number) =>
    merchant('PATCH', '/courier-settings', { positions: { expired_minutes: minutes } });
  await expire(7);
  expect(await reconcile(hub.deliveries)).not.toContain('silent');
  await expire(5);
  expect(await reconcile(hub.deliveries)).toContain('silent');
  hub.clock.advance(11 * 60_000);
  const { text } = await desk.visit('/console/deliveries', support);
  const alerts = text.slice(text.indexOf('id="map-alerts"'), text.indexOf('id="map-paused"'));
  expect(alerts).toMatch(/tag bad">Oldest without a courier: \d+ min/);
  expect(text).toMatch(/0 with nobody, 1 lost its courier/);
  const elsewhere = (await desk.visit('/console/deliveries', desk.owner)).text;
  expect(elsewhere).toContain('Couriers asked per delivery');
});
