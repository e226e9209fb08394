import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestDesk, type TestDesk } from '../../../http/console/kit/test-desk.ts';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const AT = '/console/deliveries/assign';

let hub: TestHub;
let desk: TestDesk;
let merchant: Caller;
let ada: TestDriver;
let ben: TestDriver;

beforeAll(async () => {
  hub = await createTestHub();
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
  desk = await openTestDesk(hub, hub.members);
  merchant = callerOf(hub, KEY);
  ada = await newDriver(hub, merchant, 'Ada Example');
  ben = await newDriver(hub, merchant, 'Ben Example');
});
afterAll(() => hub?.close());

async function newParcel(carrier = 'fleet'): Promise<string> {
  const number = carrier === 'fleet' ? {} : { tracking_number: '00340434161094042557' };
  const { body, text } = await merchant('POST', '/shipments', { carrier, ...number });
  if (body['id'] === undefined) throw new Error(text);
  return String(body['id']);
}

async function newDelivery(): Promise<string> {
  const places = { origin: { lat: 47.14, lng: 9.52 }, destination: { lat: 47.16, lng: 9.51 } };
  const wanted = { ...places, package_size: 'small', phone: '+4232345678' };
  return String((await merchant('POST', '/deliveries', wanted)).body['shipment_id']);
}

const form = (ids: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  new URLSearchParams([...ids.map((id): [string, string] => ['id', id]), ...Object.entries(more)]);
const routeOf = async ({ id }: TestDriver) => (await merchant('GET', `/couriers/${id}/route`)).text;

it('goes from the list to a form, which puts the chosen parcels on a courier’s route', async () => {
  const ids = [await newParcel(), await newDelivery(), await newParcel('dhl')];
  const chosen = form(ids, { do: 'assign' });
  const sent = await desk.visit('/console/shipments', desk.owner, chosen);
  const page = await desk.visit(sent.headers.get('location') ?? '', desk.owner);
  expect(page.text).toContain('Assign 2 parcels');
  expect(page.text).toContain('another carrier');
  const done = await desk.visit(AT, desk.owner, form(ids, { courier: ada.id }));
  expect([done.status, done.headers.get('location')]).toEqual([
    303,
    `/console/deliveries/couriers/${ada.id}?done=parcels_assigned`,
  ]);
  const route = await routeOf(ada);
  expect(ids.map((id) => route.includes(id))).toEqual([true, true, false]);
});

it('leaves parcels that a colleague has, and names them', async () => {
  const [first, second] = [await newParcel(), await newParcel()];
  await desk.visit(AT, desk.owner, form([first], { courier: ada.id }));
  const answer = await desk.visit(AT, desk.owner, form([first, second], { courier: ben.id }));
  expect(answer.status).toBe(422);
  expect(answer.text).toContain('1 parcel was assigned, 1 was not: it already has a courier');
  expect(await routeOf(ben)).toContain(second);
  expect(await routeOf(ben)).not.toContain(first);
});

it('refuses a courier who is not on the list, and another merchant’s parcels', async () => {
  const id = await newParcel();
  expect((await desk.visit(AT, desk.owner, form([id], { courier: 'nobody' }))).status).toBe(422);
  const other = callerOf(hub, (await hub.newKey({ merchant: 'other', mode: 'test' })).text);
  const theirs = String((await other('POST', '/shipments', { carrier: 'fleet' })).body['id']);
  const page = await desk.visit(`${AT}?id=${theirs}`, desk.owner);
  expect(page.text).not.toContain(`/console/shipments/${theirs}`);
  expect(page.text).toContain('None of these parcels can be assigned');
});

it('is only for those who may decide', async () => {
  const analyst = await desk.member('ann@shop.example', 'analyst');
  expect((await desk.visit(AT, analyst)).status).toBe(403);
  const list = await desk.visit('/console/shipments', analyst);
  expect(list.text).not.toContain('value="assign"');
});
