import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import {
  openTestPublic,
  TEST_READER,
  type TestPublic,
} from '../../../http/public/tracking/test-public.ts';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { listenTo } from '../../../http/testing/test-stream.ts';

let site: TestPublic;
let call: Caller;
let other: Caller;
let anyone: Caller;
let ada: TestDriver;
beforeAll(async () => {
  site = await openTestPublic();
  call = callerOf(site.hub, (await site.hub.newKey()).text);
  other = callerOf(site.hub, (await site.hub.newKey({ merchant: 'other' })).text);
  anyone = site.call;
  ada = await newDriver(site.hub, call, 'Ada Lovelace');
});
afterAll(() => site.close());

const open: { cancel(): void }[] = [];
afterEach(async () => {
  for (const stream of open.splice(0)) stream.cancel();
  await ada.call('POST', '/driver/shift', { shift: 'off' });
});

interface Parcel {
  readonly id: string;
  readonly number: string;
}

async function newParcels(count: number): Promise<Parcel[]> {
  const parcels: Parcel[] = [];
  for (let index = 0; index < count; index += 1) {
    const line1 = `Street ${index}`;
    const made = await call('POST', '/shipments', {
      carrier: 'fleet',
      destination: { line1, postal_code: '22767', city: 'Hamburg', country: 'DE' },
      recipient: { email: TEST_READER, name: 'Grace Recipient' },
    });
    const { id, tracking_number: number } = made.body;
    parcels.push({ id: String(id), number: String(number) });
  }
  return parcels;
}

async function onShift(): Promise<void> {
  site.hub.clock.advance(60_000);
  expect((await ada.call('POST', '/driver/shift', { shift: 'on' })).status).toBe(200);
}

async function assigned(parcels: readonly Parcel[]): Promise<void> {
  const listed = { parcels: parcels.map(({ id }) => ({ shipment_id: id })) };
  expect((await call('PUT', `/couriers/${ada.id}/route`, listed)).status).toBe(200);
}

let serial = 0;
async function scanned({ number }: Parcel, code: string): Promise<void> {
  serial += 1;
  site.hub.clock.advance(1_000);
  const at = new Date(site.hub.clock.nowMs()).toISOString();
  const event = { id: `e-${serial}`, type: 'scan', at, tracking_number: number, code };
  const answer = await ada.call('POST', '/driver/events', [event]);
  expect(answer.body['results']).toMatchObject([{ outcome: 'accepted' }]);
  await site.hub.settled();
}

async function movesTo(lat: number, lng = 9.95): Promise<void> {
  site.hub.clock.advance(60_000);
  const ts = new Date(site.hub.clock.nowMs()).toISOString();
  const sent = await ada.call('POST', '/driver/positions', [{ ts, lat, lng, accuracy_m: 5 }]);
  expect(sent.body).toMatchObject({ accepted: 1 });
}

it('is visible to its merchant from the assignment to the end, and to nobody else', async () => {
  const [parcel] = await newParcels(1);
  if (parcel === undefined) throw new Error('no parcel');
  const where = (by: Caller, name = parcel.number) => by('GET', `/v1/shipments/${name}/location`);
  await onShift();
  await movesTo(53.55);
  expect((await where(call)).status).toBe(404);
  await assigned([parcel]);
  const answer = await where(call);
  expect([answer.status, answer.body]).toEqual([
    200,
    expect.objectContaining({
      tracking_number: parcel.number,
      shipment_id: parcel.id,
      stops_before: null,
      lat: 53.55,
      lng: 9.95,
      precision: 'exact',
      courier: { id: ada.id, name: 'Ada Lovelace', vehicle: 'van' },
    }),
  ]);
  expect((await where(call, parcel.id)).body).toEqual(answer.body);
  expect((await where(other)).status).toBe(404);
  expect((await where(other, parcel.id)).status).toBe(404);
  expect((await where(anyone)).status).toBe(401);
  // A personal link shows nothing yet: the parcel is not out for delivery.
  const token = site.token(parcel.id);
  expect((await where(anyone, `${parcel.number}/location?t=${token}#`)).status).toBe(404);
  await scanned(parcel, 'LOAD');
  expect((await where(call)).body).toMatchObject({ stops_before: 0 });
  await ada.call('POST', '/driver/shift', { shift: 'off' });
  expect((await where(call)).status).toBe(404);
  await onShift();
  expect((await where(call)).status).toBe(404);
  await movesTo(53.56);
  expect((await where(call)).status).toBe(200);
  await scanned(parcel, 'DELIVERED');
  expect((await where(call)).status).toBe(404);
});

it('has an arrival window on the recipient’s page before any position is known', async () => {
  const made = await call('POST', '/deliveries', {
    origin: { lat: 53.5436, lng: 9.9885 },
    origin_address: 'Am Sandtorkai 1, 20457 Hamburg, Germany',
    destination: { lat: 53.5453, lng: 9.9467 },
    destination_address: {
      line1: 'Große Elbstraße 68',
      postal_code: '22767',
      city: 'Hamburg',
      country: 'DE',
    },
    package_size: 'small',
    phone: '+4915112345678',
  });
  expect(made.status, made.text).toBe(201);
  const { delivery_id: delivery, tracking_number: number } = made.body;
  const { shipment_id: id } = (await call('GET', `/deliveries/${delivery}`)).body;
  const token = site.token(String(id), {}, '+4915112345678');
  const path = `/track/fleet/${number}?t=${token}`;
  const page = await anyone('GET', path, undefined, { accept: 'text/html' });
  expect(page.text).toMatch(/<time class="day"[^>]*>today, between \d+:\d\d\s[AP]M and /);
  await call('POST', `/deliveries/${delivery}/cancel`, {});
  const ended = await anyone('GET', path, undefined, { accept: 'text/html' });
  expect(ended.text).not.toContain('class="day"');
});

it('is visible by a personal link while out for delivery, coarse until the stop is near', async () => {
  const parcels = await newParcels(4);
  const last = parcels[3];
  if (last === undefined) throw new Error('no parcel');
  await onShift();
  await assigned(parcels);
  for (const parcel of parcels) await scanned(parcel, 'LOAD');
  await movesTo(53.5511);
  const path = (token: string) => `/v1/shipments/${last.number}/location?t=${token}`;
  const token = site.token(last.id);
  const far = await anyone('GET', path(token));
  expect([far.status, far.body]).toMatchObject([
    200,
    { courier: { name: 'Ada', vehicle: 'van' }, precision: 'coarse', stops_before: 3 },
  ]);
  expect(far.text).not.toContain('53.5511');
  expect(far.text).not.toContain('Lovelace');
  expect(far.text).not.toContain(ada.id);
  await scanned(parcels[0] as Parcel, 'DELIVERED');
  await movesTo(53.5611);
  const near = await anyone('GET', path(token));
  expect(near.body).toMatchObject({ lat: 53.5611, precision: 'exact', stops_before: 2 });
  expect((await anyone('GET', path(site.token(parcels[1]?.id ?? '')))).status).toBe(404);
  expect((await anyone('GET', path('made-up'))).status).toBe(404);
  expect((await anyone('GET', `${path(token)}&x=1`)).status).toBe(422);
  await scanned(last, 'DELIVERED');
  expect((await anyone('GET', path(token))).status).toBe(404);
});

it('is sent live to the page of a personal link, and to nobody else’s', async () => {
  const parcels = await newParcels(2);
  const [first, second] = parcels as [Parcel, Parcel];
  await onShift();
  await assigned(parcels);
  for (const parcel of parcels) await scanned(parcel, 'LOAD');
  await movesTo(53.5711);
  const listen = async (query: string) => {
    const path = `/v1/track/fleet/${second.number}/live${query}`;
    const stream = await listenTo(site.hub.url + path);
    open.push(stream);
    return stream;
  };
  const strangers = await listen('');
  const another = await listen(`?t=${site.token(first.id)}`);
  const address = `/track/fleet/${second.number}?t=${site.token(second.id)}`;
  const page = await anyone('GET', address, undefined, { accept: 'text/html' });
  // The stream that the page's own script opens.
  const [, source = ''] = /data-live="([^"]+)"/.exec(page.text) ?? [];
  const own = await listenTo(site.hub.url + source.replaceAll('&amp;', '&'));
  open.push(own);
  const positions = () =>
    own.events().flatMap(({ event, data }) => (event === 'position' ? [data] : []));
  await vi.waitFor(() =>
    expect(positions()).toMatchObject([{ lat: 53.5711, stops_before: 1, precision: 'exact' }]),
  );
  await movesTo(53.5722);
  await vi.waitFor(() => {
    site.timers.elapse();
    expect(positions().at(-1)).toMatchObject({ lat: 53.5722 });
  });
  await scanned(second, 'DELIVERED');
  await vi.waitFor(() => {
    site.timers.elapse();
    expect(positions().at(-1)).toBeNull();
  });
  for (const stream of [strangers, another]) {
    await vi.waitFor(() => expect(stream.text()).toContain('delivered'));
    expect(stream.events().filter(({ event }) => event === 'position')).toEqual([]);
    expect(stream.text()).not.toContain('53.57');
  }
});

it('disappears from open pages at the end of the shift', async () => {
  const parcels = await newParcels(1);
  const [parcel] = parcels as [Parcel];
  await onShift();
  await assigned(parcels);
  await scanned(parcel, 'LOAD');
  await movesTo(53.5811);
  const path = `/v1/track/fleet/${parcel.number}/live?t=${site.token(parcel.id)}`;
  const stream = await listenTo(site.hub.url + path);
  open.push(stream);
  const last = () => stream.events().findLast(({ event }) => event === 'position')?.data;
  await vi.waitFor(() => expect(last()).toMatchObject({ lat: 53.5811 }));
  await ada.call('POST', '/driver/shift', { shift: 'off' });
  await vi.waitFor(() => expect(last()).toBeNull());
  await scanned(parcel, 'DELIVERED').catch(() => {});
});
