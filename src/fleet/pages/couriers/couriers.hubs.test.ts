import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  csrfOf,
  openTestConsole,
  type TestConsole,
} from '../../../http/console/hub/test-console.ts';
import { openTestDesk } from '../../../http/console/kit/test-desk.ts';
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

it('offers to add the first courier where there is none', async () => {
  for (const path of ['', '/map', '/shifts', '/couriers']) {
    const { text } = await visit(`/console/deliveries${path}`);
    expect([path, text.match(/No couriers yet\./g)?.length]).toEqual([path, 1]);
    expect([path, text.match(/Add courier/g)?.length]).toEqual([path, 1]);
    expect(text).not.toContain('Start shift');
  }
});

it('lists, enrols with a QR code, revokes and relieves couriers of all merchants', async () => {
  const ada = await newDriver(hub, merchant, 'Ada Example');
  const bob = await newDriver(hub, merchant, 'Bob Example');
  const at = `/console/deliveries/couriers/${ada.id}`;
  const made = await merchant('POST', '/shipments', { carrier: 'fleet' });
  const number = String(made.body['tracking_number']);
  const scan = { type: 'scan', at: '2026-03-10T11:00:00Z', tracking_number: number };
  await ada.call('POST', '/driver/events', [{ ...scan, id: '1', code: 'LOAD' }]);
  await bob.call('POST', '/driver/events', [{ ...scan, id: '1', code: 'DELIVERED' }]);
  const list = await visit('/console/deliveries/couriers?of=all');
  expect(list.text).toContain('Ada Example');
  expect(list.text).toContain('shop');
  const page = await visit(at);
  expect(page.text).toContain('1 on board');
  expect(page.text).toContain('Phone of Ada Example');
  expect((await visit(`/console/deliveries/couriers/${bob.id}`)).text).toContain('not yours');
  expect((await visit('/console/deliveries/couriers/cou_1')).status).toBe(404);

  const csrf = csrfOf(page.text);
  const offered = await open.visit(`${at}/enrolment`, open.cookie, { csrf });
  const enrolment = await visit(offered.headers.get('location') ?? '');
  expect(enrolment.text).toMatch(/<svg viewBox="[\d ]+"[^>]*role="img"/);
  const code = />([0-9A-Z]{5}-[0-9A-Z]{5})<\/code>/.exec(enrolment.text)?.[1];
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

const add = async (form: Readonly<Record<string, string>>) => {
  const { text } = await visit('/console/deliveries/couriers/new');
  return open.visit('/console/deliveries/couriers/new', open.cookie, {
    csrf: csrfOf(text),
    ...form,
  });
};

it('adds a courier and shows the QR code at once, until a phone has enrolled', async () => {
  const added = await add({
    name: 'Cem Example',
    vehicle: 'bike',
    weight: '12,5',
    zone: 'Europe/Vaduz',
  });
  expect(added.status).toBe(303);
  const invitation = added.headers.get('location') ?? '';
  const page = await visit(invitation);
  expect(page.text).toContain('Waiting for the phone…');
  expect(page.text).toContain('data-waits');
  const code = />([0-9A-Z]{5}-[0-9A-Z]{5})<\/code>/.exec(page.text)?.[1];
  expect(invitation).not.toContain(code?.replace('-', ''));
  const device = { name: 'Phone of Cem' };
  await callerOf(hub, null)('POST', '/driver/enrol', { code, device });
  const enrolled = await visit(invitation);
  expect(enrolled.text).toContain('Enrolled: Phone of Cem');
  expect(enrolled.text).not.toContain('data-waits');
  expect(enrolled.text).not.toContain(code);
  const path = invitation.replace(/\/enrolment.*/, '');
  expect((await visit(`${path}/enrolment?with=forged`)).headers.get('location')).toBe(path);
  const one = await visit(path);
  expect(one.text).toContain('12.5 kg');
  expect(one.text).toContain('Europe/Vaduz');
  hub.clock.advance(16 * 60_000);
  expect((await visit(invitation)).text).toContain('Enrolled: Phone of Cem');
});

it('keeps the values of a rejected form, and says what is wrong at the field', async () => {
  const rejected = await add({
    name: 'Dora Example',
    vehicle: 'car',
    zone: 'Mars/Base',
    parcels: 'x',
  });
  expect(rejected.status).toBe(422);
  expect(rejected.text).toContain('value="Dora Example"');
  expect(rejected.text).toMatch(/id="zone-fault"/);
  expect(rejected.text).toMatch(/id="parcels-fault"/);
  const nameless = await add({ name: ' ', vehicle: 'car' });
  expect(nameless.text).toMatch(/id="name-fault"/);
});

it('changes and removes a courier, and starts and ends shifts', async () => {
  const added = await add({
    name: 'Eva Example',
    vehicle: 'van',
    number: 'E-1',
    zone: 'Europe/Berlin',
  });
  const path = (added.headers.get('location') ?? '').replace(/\/enrolment.*/, '');
  const id = path.split('/').at(-1) ?? '';
  const csrf = csrfOf((await visit(path)).text);
  const send = (to: string, form: Readonly<Record<string, string>>) =>
    open.visit(`${path}/${to}`, open.cookie, { csrf, ...form });
  expect((await visit(`${path}/edit`)).text).toContain('value="E-1"');
  const double = await add({ name: 'Double', vehicle: 'van', number: 'E-1' });
  expect(double.status).toBe(422);
  await send('edit', { name: 'Eva Other', vehicle: 'foot', parcels: '9' });
  const changed = await open.visit(path, open.cookie);
  expect(changed.text).toContain('Eva Other');
  expect(changed.text).toContain('9 parcels');
  await send('shift', { do: 'start', ends: '18:30' });
  const { body } = await callerOf(hub, (await hub.newKey({ merchant: 'default' })).text)(
    'GET',
    '/couriers',
  );
  expect(JSON.stringify(body)).toContain(id);
  expect((await visit(path)).text).toMatch(/on until 6:30.PM/);
  const tab = await visit('/console/deliveries/couriers?show=on&of=all');
  expect(tab.text).toContain('Eva Other');
  expect((await send('shift', { do: 'end', from: 'list' })).headers.get('location')).toBe(
    '/console/deliveries/couriers?done=shift_ended',
  );
  expect((await visit('/console/deliveries/couriers?show=on&of=all')).text).not.toContain(
    'Eva Other',
  );
  expect((await send('remove', {})).status).toBe(303);
  expect((await visit(path)).status).toBe(404);
});

it('pauses a courier, and plans shifts for seven days', async () => {
  const added = await add({
    ...{ name: 'Fay Example', vehicle: 'car', zone: 'Europe/Berlin' },
    phone: '+49 30 231250',
  });
  const path = (added.headers.get('location') ?? '').replace(/\/enrolment.*/, '');
  const csrf = csrfOf((await visit(path)).text);
  // One press calls the courier, from the list and the own page.
  for (const at of [path, '/console/deliveries/couriers'])
    expect((await visit(at)).text).toContain('href="tel:+4930231250"');
  const send = (to: string, form: Readonly<Record<string, string>>) =>
    open.visit(`${path}/${to}`, open.cookie, { csrf, ...form });
  expect((await send('shift', { do: 'pause' })).status).toBe(409);
  expect((await send('shift', { do: 'dance' })).status).toBe(422);
  await send('shift', { do: 'start' });
  // A shift does not end with one press.
  expect((await visit('/console/deliveries/couriers')).text).toMatch(
    /<summary>End shift.*?End it now/s,
  );
  await send('shift', { do: 'pause', minutes: '30' });
  expect((await visit(path)).text).toMatch(/paused until \d/);
  await send('shift', { do: 'resume' });
  await send('shift', { do: 'pause', minutes: '' });
  expect((await visit(path)).text).toContain('>paused<');
  await send('shift', { do: 'resume' });
  expect((await visit(path)).text).toContain('>free<');

  // The clocks of Berlin are put forward on March 29.
  const courier = path.split('/').at(-1) ?? '';
  const plan = { courier, date: '2026-03-26', from: '08:00', to: '16:30', weeks: '2' };
  const shifts = '/console/deliveries/shifts';
  const sendPlan = (form: Readonly<Record<string, string>>, query = '?back=courier') =>
    open.visit(shifts + query, open.cookie, { csrf, ...form });
  expect((await sendPlan(plan)).headers.get('location')).toMatch(/#planned$/);
  const page = await visit(path);
  // By the courier's clock, as on the board.
  expect(page.text).toContain('Times are in Europe/Berlin.');
  expect(page.text.match(/8.AM–4:30.PM/g)).toHaveLength(2);
  const again = await sendPlan(plan);
  expect(again.status).toBe(422);
  expect(again.text).toContain('another planned shift at that time');
  const wrong = await sendPlan({ ...plan, from: 'noon' });
  expect(wrong.text).toContain('id="plan-from-fault"');
  expect(wrong.text).toContain('value="2026-03-26"');

  const week = await visit('/console/deliveries/shifts?week=2026-03-25&of=all');
  expect(week.text).toMatch(/Fay Example.*7.AM–3:30.PM/s);
  expect((await visit(shifts)).text).not.toMatch(/7:00.AM/);

  // A free day of the week leads to the form, with the hours of the last shift.
  const free = new RegExp(
    `href="(/console/deliveries/shifts\\?[^"]*courier=${courier}[^"]*)#plan"`,
  );
  const link = free.exec(week.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const form = (await visit(link)).text;
  expect(form).toContain(`value="${courier}" selected`);
  for (const value of ['2026-03-25', '08:00', '16:30']) expect(form).toContain(`value="${value}"`);
  const planned = await sendPlan({ ...plan, date: '2026-03-27', from: '10:00', to: '12:00' }, '');
  expect(planned.headers.get('location')).toBe(`${shifts}?week=2026-03-27&done=shift_planned`);
  const twice = await sendPlan({ ...plan, date: '2026-03-27', from: '10:00', to: '12:00' }, '');
  expect(twice.status).toBe(422);
  expect(twice.text).toContain('another planned shift at that time');
  expect(twice.text).toContain('<table class="week"');
  expect((await visit('/console/deliveries/couriers?of=all')).text).toMatch(/Mar 26, 7:00.AM/);
  const shift = /name="shift" value="(shf_\w+)"/.exec(page.text)?.[1] ?? '';
  expect((await send('shifts/cancel', { shift })).status).toBe(303);
  expect((await send('shifts/cancel', { shift })).status).toBe(404);
  expect((await visit(path)).text).not.toMatch(/7.AM–3:30.PM/);
});

it('shows viewers ids instead of names, and no forms', async () => {
  const gil = await newDriver(hub, merchant, 'Gil Example');
  const viewer = await open.looker();
  const at = `/console/deliveries/couriers/${gil.id}`;
  for (const list of ['/console/deliveries/couriers', '/console/deliveries/shifts', at]) {
    const path = `${list}?of=all`;
    const { text, status } = await open.visit(path, viewer);
    expect([path, status]).toEqual([path, 200]);
    expect(text).toContain(gil.id);
    expect(text).not.toMatch(/Gil Example<|Add courier|Start shift|Plan a shift|Edit courier/);
  }
  for (const path of ['/console/deliveries/couriers/new', `${at}/edit`, `${at}/enrolment`]) {
    expect([path, (await open.visit(path, viewer)).status]).toEqual([path, 403]);
  }
});

it('hides other merchants’ couriers from members', async () => {
  const ida = await newDriver(hub, merchant, 'Ida Example');
  const desk = await openTestDesk(hub, hub.members);
  const member = desk.owner;
  const at = `/console/deliveries/couriers/${ida.id}`;
  for (const path of [at, `${at}/edit`]) {
    expect([path, (await desk.visit(path, member)).status]).toEqual([path, 404]);
  }
  for (const to of ['shift', 'edit', 'remove', 'enrolment']) {
    const answer = await desk.visit(`${at}/${to}`, member, { do: 'start' });
    expect([to, answer.status]).toEqual([to, 404]);
  }
  const plan = await desk.visit('/console/deliveries/shifts', member, { courier: ida.id });
  expect(plan.status).toBe(404);
});

it('shows a route in order, and changes it by one stop or as it was dragged', async () => {
  const joe = await newDriver(hub, merchant, 'Joe Example');
  const number = async (street: string) => {
    const destination = { line1: street, city: 'Hamburg', postal_code: '20095', country: 'DE' };
    const { body } = await merchant('POST', '/shipments', { carrier: 'fleet', destination });
    return { shipment_id: String(body['id']) };
  };
  const parcels = [await number('Weg 1'), await number('Weg 2'), await number('Weg 3')];
  await merchant('PUT', `/couriers/${joe.id}/route`, { parcels });
  const at = `/console/deliveries/couriers/${joe.id}`;
  const page = await visit(at);
  const csrf = csrfOf(page.text);
  const order = /name="order" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const [first = '', second = '', third = ''] = order.split(',');
  const streets = async () => {
    const { text } = await visit(at);
    return [...text.matchAll(/<b>(Weg \d)/g)].map(([, street]) => street);
  };
  const send = (form: Readonly<Record<string, string>>) =>
    open.visit(`${at}/route`, open.cookie, { csrf, ...form });
  expect(await streets()).toEqual(['Weg 1', 'Weg 2', 'Weg 3']);
  expect((await send({ order, up: second })).status).toBe(303);
  expect(await streets()).toEqual(['Weg 2', 'Weg 1', 'Weg 3']);
  await send({ order: [third, second, first].join(',') });
  expect(await streets()).toEqual(['Weg 3', 'Weg 2', 'Weg 1']);
  const refused = await send({ order: [first, second].join(',') });
  expect(refused.status).toBe(422);
  expect(refused.text).toContain('the route has changed');
  const route = await joe.call('GET', '/driver/route');
  expect(JSON.stringify(route.body)).toMatch(/Weg 3.*Weg 2.*Weg 1/);
});
