import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type {
  PickupPoint,
  RedirectOption,
  RedirectOptionsOutcome,
  RedirectOutcome,
  RedirectRequest,
} from '../../../adapters/contract/extras.ts';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import type { CarrierExtras, Offered } from '../../../poller/index.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { mapDataOf } from '../hub/test-console.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const NUMBER = '1Z2222222222222222';

let hub: TestHub;
let desk: TestDesk;
let call: Caller;
let support: string;
let options: Offered<RedirectOptionsOutcome>;
let outcome: RedirectOutcome;
let points: readonly PickupPoint[];
const sent: RedirectRequest[] = [];

const POINT: PickupPoint = {
  id: 'P1',
  kind: 'shop',
  name: 'Corner Shop',
  lat: null,
  lng: null,
  distanceM: 5,
  address: {
    street: 'Main St 1',
    city: 'Timonium',
    region: 'MD',
    postalCode: '21093',
    country: 'US',
  },
  hours: null,
  services: [],
  capacity: null,
  temporarilyClosed: false,
  weightMaxG: null,
};

const extras: CarrierExtras = {
  pickupPoints: async () => ({
    outcome: 'asked',
    environment: 'sandbox',
    asOfMs: 0,
    value: { outcome: 'points', points },
  }),
  redirectOptions: async () => options,
  async redirect(_tenant, _carrier, request) {
    sent.push(request);
    return { outcome: 'asked', environment: 'sandbox', value: outcome };
  },
};

const offer = (
  kind: RedirectOption['kind'],
  more: Partial<RedirectOption> = {},
): RedirectOption => ({
  kind,
  eligibility: 'eligible',
  dates: null,
  reasons: null,
  charge: null,
  needsContact: false,
  ...more,
});
const offers = (...all: RedirectOption[]): Offered<RedirectOptionsOutcome> => ({
  outcome: 'asked',
  environment: 'sandbox',
  value: { outcome: 'options', options: all },
});

beforeAll(async () => {
  hub = await createTestHub({ extras });
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
  desk = await openTestDesk(hub, hub.members);
  call = callerOf(hub, KEY);
  support = await desk.member('support@shop.example', 'support');
});
beforeEach(() => {
  sent.length = 0;
  options = offers(offer('hold_at_facility', { needsContact: true, takesInstructions: true }));
  outcome = { outcome: 'accepted', reference: 'R-1' };
  points = [];
});
afterAll(() => hub?.close());

/** Whether a page loads the script that draws maps. */
const mapScriptIn = (page: string) => /<script type="module" src="\/maps\/map\./.test(page);

let made = 0;
async function parcel(carrier: string, more: Readonly<Record<string, unknown>> = {}) {
  made += 1;
  const { body, status } = await call('POST', '/v1/shipments', {
    carrier,
    ...more,
    ...(carrier === 'fleet' ? {} : { tracking_number: NUMBER, order_id: `A-${made}` }),
  });
  expect([200, 201]).toContain(status);
  return `/console/shipments/${body['id']}`;
}

const redirect = (at: string, form: Readonly<Record<string, string>>, who = support) =>
  desk.visit(`${at}/redirect`, who, form);

it('requests once what the carrier offers, and shows the result', async () => {
  const at = await parcel('ups');
  expect((await desk.visit(at, support)).text).toContain(`href="${at}/redirect"`);
  const list = await desk.visit('/console/shipments', support);
  expect(list.text).toMatch(/<td data-col="carrier">(?:<[^>]*>)*UPS\b/);
  const page = (await desk.visit(`${at}/redirect`, support)).text;
  for (const part of ['Hold it at a facility of the carrier', 'contact_phone', 'For the driver']) {
    expect(page).toContain(part);
  }
  expect(page).not.toContain('Send it back');
  const nobody = await redirect(at, { kind: 'hold_at_facility', contact_name: 'Alex' });
  expect([nobody.status, nobody.text.includes('phone number</a>:'), sent.length]).toEqual([
    422,
    true,
    0,
  ]);
  expect(nobody.text).toContain('value="Alex"');
  const form = { kind: 'hold_at_facility', contact_name: 'Alex', contact_phone: '+1 410 555 0123' };
  const done = await redirect(at, { ...form, instructions: 'Ring twice' });
  expect(done.headers.get('location')).toBe(`${at}?done=redirected`);
  expect(sent).toMatchObject([
    {
      trackingNumber: NUMBER,
      to: { kind: 'hold_at_facility' },
      contact: { name: 'Alex' },
      instructions: 'Ring twice',
    },
  ]);
  expect((await desk.visit(`${at}?done=redirected`, support)).text).toContain(
    'UPS accepted the request',
  );
  // Two contradictory requests would both be charged.
  const again = await redirect(at, form);
  expect([again.status, again.text.includes('name="replace"'), sent.length]).toEqual([
    422,
    true,
    1,
  ]);
  expect((await redirect(at, { ...form, replace: 'yes' })).status).toBe(303);
  const audit = (await desk.visit('/console/actions', desk.owner)).text;
  expect(audit).toContain('asked to hold, return or redirect a parcel');
  expect(audit).not.toContain('Alex');
});

it('converts each kind to the API’s format', async () => {
  const at = await parcel('ups');
  const destination = { postal_code: '21093', country: 'US' };
  await call('PATCH', `/v1/shipments/${at.split('/').at(-1)}`, { destination });
  points = [POINT];
  options = offers(
    ...[offer('pickup_point'), offer('reschedule', { dates: ['2026-03-12'] }), offer('address')],
    offer('return', { reasons: ['refused'], charge: { amount: '4.20', currency: 'USD' } }),
  );
  const page = (await desk.visit(`${at}/redirect`, support)).text;
  for (const part of ['Corner Shop, Main St 1', '2026-03-12', '4.20 USD', 'it was refused']) {
    expect(page).toContain(part);
  }
  const to = async (form: Readonly<Record<string, string>>) => {
    const { status } = await redirect(at, { ...form, replace: 'yes' });
    return [status, sent.at(-1)?.to];
  };
  expect(await to({ kind: 'pickup_point', point_id: 'P1' })).toEqual([
    ...[303, { kind: 'pickup_point', pointId: 'P1' }],
  ]);
  expect(await to({ kind: 'reschedule', date: '2026-03-12' })).toEqual([
    ...[303, { kind: 'reschedule', date: '2026-03-12' }],
  ]);
  expect(await to({ kind: 'return', reason: 'refused' })).toEqual([
    ...[303, { kind: 'return', reason: 'refused' }],
  ]);
  const address = {
    name: 'A',
    line1: 'Elm 1',
    line2: '',
    city: 'York',
    postal_code: '17401',
    country: 'US',
  };
  expect(await to({ kind: 'address', ...address })).toEqual([
    303,
    {
      kind: 'address',
      address: {
        name: 'A',
        lines: ['Elm 1'],
        city: 'York',
        region: null,
        postalCode: '17401',
        country: 'US',
      },
    },
  ]);
  const townless = await redirect(at, { kind: 'address', ...address, city: '' });
  expect([townless.status, townless.text.includes('Town</a>: ')]).toEqual([422, true]);
  expect((await redirect(at, { kind: 'teleport' })).status).toBe(422);
  outcome = { outcome: 'refused', reason: 'it is at the door' };
  const refused = await redirect(at, { kind: 'pickup_point', point_id: 'P1', replace: 'yes' });
  expect([refused.status, refused.text.includes('it is at the door')]).toEqual([422, true]);
});

it('says what to do instead when no request is possible', async () => {
  const at = await parcel('ups');
  options = { outcome: 'not_offered' };
  const page = (await desk.visit(`${at}/redirect`, support)).text;
  for (const part of ['UPS does not support redirects', 'What to do instead', 'customer service']) {
    expect(page).toContain(part);
  }
  options = { outcome: 'no_account' };
  expect((await desk.visit(`${at}/redirect`, support)).text).toContain(
    'no account with credentials',
  );
});

it('changes the address for own couriers, only for members who may change parcels', async () => {
  const at = await parcel('fleet', {
    destination: { line1: 'Alte Straße 1', city: 'Hamburg', country: 'DE', lat: 53.5, lng: 10 },
  });
  const page = (await desk.visit(`${at}/redirect`, support)).text;
  expect(page).toContain('value="Alte Straße 1"');
  const id = at.split('/').at(-1);
  // Only the resident has changed: the door, with its coordinates, is the same.
  const before = { line1: 'Alte Straße 1', city: 'Hamburg', country: 'DE' };
  const who = { name: 'Kim', company: 'Kim & Co' };
  expect((await redirect(at, { kind: 'own_address', ...before, ...who })).status).toBe(303);
  const renamed = await call('GET', `/v1/shipments/${id}`);
  expect(renamed.body['destination']).toEqual({ ...before, ...who, lat: 53.5, lng: 10 });
  expect((await desk.visit(`${at}/redirect`, support)).text).toContain('value="Kim &amp; Co"');
  const long = await redirect(at, { kind: 'own_address', ...before, company: 'x'.repeat(300) });
  expect([long.status, long.text.includes('Company, if any</a>: ')]).toEqual([422, true]);
  // The error summary links to the field, which shows the error too.
  for (const part of ['href="#own_address-company"', 'id="own_address-company-fault"']) {
    expect(long.text).toContain(part);
  }
  expect(long.text).toMatch(/id="own_address-company"[^>]* aria-invalid="true"/);
  const address = {
    company: 'Kim & Co',
    line1: 'Neue Gasse 2',
    city: 'Altona',
    postal_code: '22765',
    country: 'DE',
  };
  const done = await redirect(at, { kind: 'own_address', ...address });
  expect(done.headers.get('location')).toBe(`${at}?done=address`);
  const { body } = await call('GET', `/v1/shipments/${id}`);
  // The old door's coordinates are removed with it.
  expect(body['destination']).toEqual(address);
  const empty = await redirect(at, { kind: 'own_address', line1: ' ' });
  expect([empty.status, empty.text.includes('Street and number</a>: ')]).toEqual([422, true]);
  const odd = await redirect(at, { kind: 'own_address', ...address, country: 'Nowhere' });
  expect([odd.status, odd.text.includes('Country</a>: ')]).toEqual([422, true]);
  expect((await redirect(at, { kind: 'own_day', date: 'soon' })).status).toBe(422);
  const analyst = await desk.member('ann@shop.example', 'analyst');
  expect((await desk.visit(`${at}/redirect`, analyst)).status).toBe(403);
  expect((await redirect(at, { kind: 'own_address', ...address }, analyst)).status).toBe(403);
  await call('POST', `/v1/shipments/${id}/status`, { status: 'cancelled' });
  await hub.settled();
  expect((await desk.visit(`${at}/redirect`, support)).text).toContain('nothing can be changed');
});

it('draws where a parcel was, and lists it in a table, which needs no script', async () => {
  const destination = { country: 'DE', postal_code: '22765', lat: 53.56, lng: 9.93 };
  const at = await parcel('fleet', { destination });
  const empty = (await desk.visit(at, support)).text;
  // Without scans there is no map, not even of the destination.
  expect(empty).not.toContain('id="scans"');
  expect([mapDataOf(empty), mapScriptIn(empty)]).toEqual([null, false]);
  const id = at.split('/').at(-1);
  const { body } = await call('GET', `/v1/shipments/${id}`);
  for (const [code, lat] of [
    ['KOLN', 50.9],
    ['HAM', 53.6],
  ] as const) {
    const facility = { code, name: `${code} depot`, type: 'hub', lat, lng: 9 };
    expect((await call('POST', '/v1/facilities', facility)).status).toBe(201);
  }
  await hub.settled();
  const scans = ['KOLN', 'HAM'].map((facility_code, index) => ({
    tracking_number: body['tracking_number'],
    code: 'ARRIVE',
    facility_code,
    scanned_at: new Date(hub.clock.nowMs() - (3 - index) * 3_600_000).toISOString(),
  }));
  expect((await call('POST', '/v1/scans', scans)).body).toMatchObject({ accepted: 2 });
  await hub.settled();
  const { text } = await desk.visit(at, support);
  expect(text).toContain('aria-label="A line through 2 places, numbered as in the table."');
  const door = { id: 'door', kind: 'door', lat: 53.56, lng: 9.93 };
  const drawn = [
    { id: 'scan-1', kind: 'scan', number: 1, name: 'KOLN depot', lat: 50.9, lng: 9, around: 0 },
    { id: 'scan-2', kind: 'scan', number: 2, name: 'HAM depot', lat: 53.6, lng: 9, around: 0 },
  ];
  const way = { kind: 'way', points: drawn.map(({ lat, lng }) => [lng, lat]) };
  expect(mapDataOf(text)).toEqual({ items: [door, ...drawn], lines: [way] });
  expect(text).toContain('destination');
  // The script shows the frame; the table is there without it.
  expect(mapScriptIn(text)).toBe(true);
  expect(text).toMatch(/<div class="map-frame" id="map-frame" hidden[ >]/);
  for (const { id: item, name } of drawn) {
    const row = text.split(`<tr data-map-item="${item}">`)[1]?.split('</tr>')[0];
    expect(row).toContain(name);
  }
  // Analysts may not see where people live.
  const analyst = await desk.member('eve@shop.example', 'analyst');
  const theirs = (await desk.visit(at, analyst)).text;
  expect(mapDataOf(theirs)).toEqual({ items: drawn, lines: [way] });
  expect(theirs).not.toContain('destination');
  expect(theirs).not.toContain('53.56');
  // The centre of its country is not its destination.
  await call('PATCH', `/v1/shipments/${id}`, { destination: { country: 'DE' } });
  const countryOnly = (await desk.visit(at, support)).text;
  expect(mapDataOf(countryOnly)).toEqual({ items: drawn, lines: [way] });
  expect(countryOnly).not.toContain('destination');
});
