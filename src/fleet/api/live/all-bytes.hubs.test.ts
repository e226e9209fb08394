import { once } from 'node:events';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openTestPublic, type TestPublic } from '../../../http/public/tracking/test-public.ts';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { listenTo } from '../../../http/testing/test-stream.ts';

/** Checks every byte that clients with access to couriers receive. */

interface Parcel {
  readonly id: string;
  readonly number: string;
  readonly email: string;
  /** Personal values that no such client may receive. */
  readonly secrets: readonly string[];
}

interface Fleet {
  readonly call: Caller;
  readonly key: string;
  readonly driver: TestDriver;
  readonly secrets: readonly string[];
  readonly parcels: readonly Parcel[];
}

/** A client and everything it has received. */
interface Ear {
  readonly text: () => string;
}

const PATIENCE = { timeout: 30_000, interval: 50 };
let site: TestPublic;
let ada: Fleet;
let blaise: Fleet;
let zora: Fleet;
const ends: (() => void)[] = [];
beforeAll(async () => {
  site = await openTestPublic();
  const key = (await site.hub.newKey()).text;
  ada = await newFleet(key, 'Ada Lovelace', 6);
  blaise = await newFleet(key, 'Blaise Pascal', 1);
  zora = await newFleet((await site.hub.newKey({ merchant: 'other' })).text, 'Zora Hurston', 1);
});
afterAll(async () => {
  for (const end of ends) end();
  await site.close();
});

let serial = 0;
async function newFleet(key: string, name: string, count: number): Promise<Fleet> {
  const call = callerOf(site.hub, key);
  const driver = await newDriver(site.hub, call, name);
  serial += 1;
  const [phone, number] = [`+4940555${1_000 + serial}`, `PERSONNEL-${serial}`];
  const patch = { phone, external_id: number, home_facility: `DEPOT-${serial}` };
  expect((await call('PATCH', `/couriers/${driver.id}`, patch)).status).toBe(200);
  const parcels: Parcel[] = [];
  for (let index = 0; index < count; index += 1) parcels.push(await newParcel(call));
  const device = driver.key.slice(-20);
  const secrets = [phone, number, `DEPOT-${serial}`, device, 'Phone of', name.split(' ')[1] ?? ''];
  return { call, key, driver, parcels, secrets };
}

async function newParcel(call: Caller): Promise<Parcel> {
  serial += 1;
  const email = `reader-${serial}@example.com`;
  const [name, phone] = [`Grace Recipient-${serial}`, `+4930777${1_000 + serial}`];
  const street = `Secret Street ${serial}`;
  const made = await call('POST', '/shipments', {
    carrier: 'fleet',
    order_id: `ORDER-${serial}`,
    destination: { line1: street, name, postal_code: '22767', city: 'Hammaburg', country: 'DE' },
    recipient: { email, name, phone },
  });
  expect(made.status).toBe(201);
  const { id, tracking_number: number } = made.body;
  const secrets = [email, name, phone, street, 'Grace', 'Hammaburg', `ORDER-${serial}`];
  return { id: String(id), number: String(number), email, secrets };
}

const now = () => new Date(site.hub.clock.nowMs()).toISOString();

async function shift({ driver }: Fleet, which: 'on' | 'off'): Promise<void> {
  expect((await driver.call('POST', '/driver/shift', { shift: which })).status).toBe(200);
}

async function assigned({ call, driver, parcels }: Fleet): Promise<void> {
  const listed = { parcels: parcels.map(({ id }) => ({ shipment_id: id })) };
  expect((await call('PUT', `/couriers/${driver.id}/route`, listed)).status).toBe(200);
}

async function scanned({ driver }: Fleet, { number }: Parcel, code: string): Promise<void> {
  serial += 1;
  site.hub.clock.advance(1_000);
  const event = { id: `e-${serial}`, type: 'scan', at: now(), tracking_number: number, code };
  const answer = await driver.call('POST', '/driver/events', [event]);
  expect(answer.body['results']).toMatchObject([{ outcome: 'accepted' }]);
  await site.hub.settled();
}

/** Every place is recognizable by its digits. */
async function moves({ driver }: Fleet, lat: number, lng: number): Promise<void> {
  site.hub.clock.advance(60_000);
  const position = { ts: now(), lat, lng, accuracy_m: 5, speed_kmh: 31.7, battery: 64 };
  const sent = await driver.call('POST', '/driver/positions', [position]);
  expect(sent.body).toMatchObject({ accepted: 1 });
}

/** The newest `position` event of a page; undefined: none was sent. */
async function page({ number }: Parcel, link: Parcel | null) {
  const query = link === null ? '' : `?t=${site.token(link.id, {}, link.email)}`;
  const stream = await listenTo(`${site.hub.url}/v1/track/fleet/${number}/live${query}`);
  ends.push(() => stream.cancel());
  const places = () => stream.events().filter(({ event }) => event === 'position');
  return { text: stream.text, events: stream.events, newest: () => places().at(-1)?.data };
}

async function socket(path: string, headers: Record<string, string>, topics: readonly string[]) {
  const it = new WebSocket(site.hub.url.replace('http', 'ws') + path, { headers });
  ends.push(() => it.terminate());
  let text = '';
  it.on('message', (data) => {
    text += String(data);
  });
  await once(it, 'open');
  it.send(JSON.stringify({ subscribe: topics }));
  return { text: () => text };
}

/** A client that polls, with all responses it got. */
function asking(call: Caller, path: string) {
  let text = '';
  const ask = async () => {
    const answer = await call('GET', path);
    text += answer.text;
    return answer;
  };
  return { ask, text: () => text };
}

async function ticketFor(topics: readonly string[]): Promise<string> {
  const body = { origin: 'https://shop.example', subscribe: topics };
  const made = await ada.call('POST', '/live/tickets', body);
  return `/v1/live?ticket=${made.body['ticket']}`;
}

/** Waits until the condition holds; the clock of the pages' streams is the test's. */
async function until(condition: () => void): Promise<void> {
  await vi.waitFor(() => {
    site.timers.elapse();
    condition();
  }, PATIENCE);
}

/** Found only in messages about couriers. */
const OF_A_PLACE = /"(lat|lng|courier|heading)":/;
const PLACES = ['53.55117', '53.55223', '53.55337', '53.55441', '53.55553', '53.55669'] as const;
const EAST = '9.95713';
const [BEFORE, ASSIGNED, ON_ITS_WAY, NEARER, DELIVERED, NEXT_SHIFT] = PLACES;
const at = (lat: string) => moves(ada, Number(lat), Number(EAST));
const placesIn = ({ text }: Ear) => PLACES.filter((place) => text().includes(place));

it('contain nothing of others, nothing personal, too precise, too early or too late', async () => {
  const [near, , , , far, later] = ada.parcels as readonly [
    ...[Parcel, Parcel, Parcel, Parcel, Parcel, Parcel],
  ];
  const [foreign] = zora.parcels as readonly [Parcel];
  const [neighbour] = blaise.parcels as readonly [Parcel];
  const auth = { authorization: `Bearer ${ada.key}` };
  const anyone = callerOf(site.hub, null);
  const topics = [`shipment:${near.number}`, `courier:${ada.driver.id}`];
  const every = ['fleet', ...topics];
  const query = `/v1/live?subscribe=${every.join(',')}`;
  const located = (parcel: Parcel, by: Parcel | null) => {
    const token = by === null ? '' : `?t=${site.token(by.id, {}, by.email)}`;
    return asking(anyone, `/v1/shipments/${parcel.number}/location${token}`);
  };
  for (const each of [ada, blaise, zora]) await shift(each, 'on');
  await at(BEFORE);

  // Clients that may see all of their own, some of it, and nothing.
  const own = await socket('/v1/live', auth, every);
  const ticketPath = await ticketFor([`shipment:${far.number}`]);
  const origin = { origin: 'https://shop.example' };
  const ticket = await socket(ticketPath, origin, [`shipment:${far.number}`, ...every]);
  const events = await listenTo(site.hub.url + query, { ...auth, accept: 'text/event-stream' });
  ends.push(() => events.cancel());
  const poll = asking(ada.call, query);
  const merchant = asking(ada.call, `/v1/shipments/${near.number}/location`);
  const nearPage = await page(near, near);
  const farPage = await page(far, far);
  const nearAsks = located(near, near);
  const farAsks = located(far, far);
  const early = await page(later, later);
  const strangers = [await page(near, null), await page(near, far), await page(far, neighbour)];
  const other = { authorization: `Bearer ${zora.key}` };
  const rival = await socket('/v1/live', other, every);
  const refused = [
    asking(zora.call, `/v1/shipments/${near.number}/location`),
    asking(zora.call, `/v1/shipments/${near.id}/location`),
    asking(zora.call, `/v1/live?subscribe=${topics[1]}`),
    asking(zora.call, `/v1/live?subscribe=${topics[0]}`),
    located(near, null),
    located(near, far),
    located(far, neighbour),
    located(foreign, near),
  ];
  const askAll = async () => {
    await poll.ask();
    for (const each of refused) expect((await each.ask()).status).toBeGreaterThanOrEqual(400);
    return Promise.all([merchant, nearAsks, farAsks].map(async (it) => (await it.ask()).status));
  };
  const merchants = [own, { text: events.text }];
  const allTell = (place: string) =>
    until(() => expect(merchants.map(({ text }) => text().includes(place))).toEqual([true, true]));
  const lastOf = (lat: string) => expect.objectContaining({ lat: Number(lat) });

  expect(await askAll()).toEqual([404, 404, 404]);
  for (const each of [ada, blaise, zora]) await assigned(each);
  await at(ASSIGNED);
  expect(await askAll()).toEqual([200, 404, 404]);
  for (const ear of [nearPage, farPage, early]) expect(ear.text()).not.toMatch(OF_A_PLACE);

  for (const parcel of ada.parcels) if (parcel !== later) await scanned(ada, parcel, 'LOAD');
  for (const each of [blaise, zora]) {
    for (const parcel of each.parcels) await scanned(each, parcel, 'LOAD');
  }
  await moves(blaise, 48.13713, 11.57549);
  await moves(zora, 40.41683, -3.70379);
  await at(ON_ITS_WAY);
  await allTell(ON_ITS_WAY);
  await until(() => expect(nearPage.newest()).toEqual(lastOf(ON_ITS_WAY)));
  await until(() => expect(farPage.newest()).toMatchObject({ precision: 'coarse' }));
  await until(() => expect(ticket.text()).toContain(ON_ITS_WAY));
  await until(() => expect(own.text()).toContain('48.13713'));
  await until(() => expect(rival.text()).toContain('40.41683'));
  expect(await askAll()).toEqual([200, 200, 200]);
  await at(NEARER);
  await until(() => expect(nearPage.newest()).toEqual(lastOf(NEARER)));

  await scanned(ada, near, 'DELIVERED');
  await until(() => expect(nearPage.newest()).toBeNull());
  await at(DELIVERED);
  // Clients with access have received the update.
  await until(() => expect(farPage.newest()).toMatchObject({ updated_at: now() }));
  expect(await askAll()).toEqual([404, 404, 200]);
  await shift(ada, 'off');
  await until(() => expect(farPage.newest()).toBeNull());
  expect(await askAll()).toEqual([404, 404, 404]);
  const off = await ada.driver.call('POST', '/driver/positions', [
    { ts: now(), lat: 53.559_991, lng: 9.959_991 },
  ]);
  expect(off.status).toBe(422);
  expect(await askAll()).toEqual([404, 404, 404]);
  await shift(ada, 'on');
  await at(NEXT_SHIFT);
  await allTell(NEXT_SHIFT);
  expect(await askAll()).toEqual([404, 404, 200]);
  for (const { text } of strangers.slice(0, 2)) {
    await until(() => expect(text()).toContain('delivered'));
  }

  // The first position a page receives is where the courier is when the parcel is loaded.
  const onPage = placesIn(nearPage).filter((place) => place !== ASSIGNED);
  expect([onPage, placesIn(nearAsks)]).toEqual([[ON_ITS_WAY, NEARER], [ON_ITS_WAY]]);
  expect(placesIn(merchant)).toEqual([ASSIGNED, ON_ITS_WAY]);
  for (const ear of [farPage, farAsks, early, rival, ...strangers, ...refused]) {
    expect(placesIn(ear)).toEqual([]);
    expect(ear.text()).not.toContain(EAST);
  }
  for (const ear of [early, ...strangers, ...refused]) expect(ear.text()).not.toMatch(OF_A_PLACE);
  for (const coarse of [farPage, farAsks]) {
    expect(coarse.text()).not.toMatch(/"(accuracy_m|heading)":\d|speed|battery/);
    expect(coarse.text()).not.toContain('"precision":"exact"');
  }
  const links = [nearPage, farPage, nearAsks, farAsks];
  const merchantEars = [...merchants, ticket, poll, merchant];
  const all = [...links, ...merchantEars, early, rival, ...strangers, ...refused];
  for (const { text } of links) {
    expect(text()).toContain('"name":"Ada"');
    expect(text()).not.toContain(ada.driver.id);
  }
  for (const { text } of [early, rival, ...strangers, ...refused]) {
    expect(text()).not.toMatch(/Ada|Lovelace/);
    expect(text()).not.toContain(`"courier_id":"${ada.driver.id}"`);
  }
  const [, , , , , surname = ''] = ada.secrets;
  const secretsOfAll = [ada, blaise, zora].flatMap(({ secrets, parcels }) => [
    ...secrets,
    ...parcels.flatMap((parcel) => parcel.secrets),
  ]);
  const isOfMerchant = (ear: Ear) => merchantEars.includes(ear);
  for (const ear of all) {
    // Only the merchant receives a courier's full name with a parcel; nobody receives any other
    // secret.
    const secrets = secretsOfAll.filter((each) => !(isOfMerchant(ear) && each === surname));
    expect(secrets.filter((secret) => ear.text().includes(secret))).toEqual([]);
    expect(ear.text()).not.toContain('53.55999');
  }
  for (const ear of all) {
    if (ear !== rival) expect(ear.text()).not.toMatch(/40\.41683|-3\.70379/);
    if (ear !== rival) expect(ear.text()).not.toContain(zora.driver.id);
    if (ear !== own && ear !== poll && ear.text !== events.text) {
      expect(ear.text()).not.toMatch(/48\.13713|11\.57549/);
      expect(ear.text()).not.toContain(blaise.driver.id);
    }
  }
  const foreigners = [foreign, neighbour, later, ...ada.parcels.slice(1, 4)];
  for (const ear of [...links, ...merchantEars, rival]) {
    for (const { id, number } of foreigners) {
      expect(ear.text()).not.toContain(id);
      expect(ear.text()).not.toContain(number);
    }
  }
  for (const { text } of [nearPage, nearAsks]) expect(text()).not.toContain(far.number);
  for (const { text } of [farPage, farAsks, ticket]) expect(text()).not.toContain(near.id);
  expect(ticket.text()).not.toContain('48.13713');
  expect(ticket.text()).toContain('The ticket is not for this topic.');
});
