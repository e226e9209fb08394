import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  csrfOf,
  openTestConsole,
  type TestConsole,
} from '../../../http/console/hub/test-console.ts';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';

let hub: TestHub;
let merchant: Caller;
let open: TestConsole;
beforeAll(async () => {
  hub = await createTestHub();
  merchant = callerOf(hub, (await hub.newKey({ merchant: 'shop' })).text);
  open = await openTestConsole(hub);
});
afterAll(() => hub.close());

const visit = (path: string) => open.visit(path, open.cookie);

it('lists, enrols with a QR code, revokes and relieves couriers of all merchants', async () => {
  const ada = await newDriver(hub, merchant, 'Ada Example');
  const bob = await newDriver(hub, merchant, 'Bob Example');
  const at = `/console/deliveries/couriers/${ada.id}`;
  const made = await merchant('POST', '/shipments', { carrier: 'fleet' });
  const number = String(made.body['tracking_number']);
  const scan = { type: 'scan', at: '2026-03-10T11:00:00Z', tracking_number: number };
  await ada.call('POST', '/driver/events', [{ ...scan, id: '1', code: 'LOAD' }]);
  await bob.call('POST', '/driver/events', [{ ...scan, id: '1', code: 'DELIVERED' }]);
  const list = await visit('/console/deliveries/couriers');
  expect(list.text).toContain('Ada Example');
  expect(list.text).toContain('shop');
  const page = await visit(at);
  expect(page.text).toContain('1 carried, 0 still to load');
  expect(page.text).toContain('Phone of Ada Example');
  expect((await visit(`/console/deliveries/couriers/${bob.id}`)).text).toContain('not yours');
  expect((await visit('/console/deliveries/couriers/cou_1')).status).toBe(404);

  const csrf = csrfOf(page.text);
  const enrolment = await open.visit(`${at}/enrolment`, open.cookie, { csrf });
  expect(enrolment.text).toMatch(/<svg viewBox="[\d ]+"[^>]*role="img"/);
  const code = /<code>([0-9A-Z]{5}-[0-9A-Z]{5})<\/code>/.exec(enrolment.text)?.[1];
  const device = { name: 'second' };
  const enrolled = await callerOf(hub, null)('POST', '/driver/enrol', { code, device });
  expect(enrolled.body['took_over']).toBe(true);

  const second = await merchant('GET', `/couriers/${ada.id}/devices`);
  const [, active] = second.body['data'] as { id: string }[];
  await open.visit(`${at}/revoke`, open.cookie, { csrf, device: active?.id ?? '' });
  const phone = callerOf(hub, String(enrolled.body['device_key']));
  expect((await phone('GET', '/driver/route')).status).toBe(401);

  const broken = { csrf, to: bob.id, shipment: 'cut-off' };
  expect((await open.visit(`${at}/handover`, open.cookie, broken)).status).toBe(422);
  expect((await merchant('GET', `/couriers/${bob.id}`)).body['holds']).toBe(0);
  await open.visit(`${at}/handover`, open.cookie, { csrf, to: bob.id });
  expect((await merchant('GET', `/couriers/${bob.id}`)).body['holds']).toBe(1);
  expect(hub.log()).toContain('handed parcels over');

  const bobs = `/console/deliveries/couriers/${bob.id}`;
  const none = await open.visit(`${bobs}/handin`, open.cookie, { csrf, facility: ' ' });
  expect(none.status).toBe(422);
  await open.visit(`${bobs}/handin`, open.cookie, { csrf, facility: 'HAM-1' });
  expect((await merchant('GET', `/couriers/${bob.id}`)).body['holds']).toBe(0);
  await hub.settled();
  const id = String(made.body['id']);
  expect((await merchant('GET', `/shipments/${id}`)).body['status']).toBe('at_facility');
});
