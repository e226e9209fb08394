import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
let ada: TestDriver;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
});
beforeEach(async () => {
  // Attempts at enrolment codes are rate-limited.
  hub.clock.advance(60_000);
  ada = await newDriver(hub, call, 'Ada Example');
});
afterAll(() => hub.close());

async function newParcel(): Promise<{ id: string; number: string }> {
  const made = await call('POST', '/shipments', { carrier: 'fleet' });
  return { id: String(made.body['id']), number: String(made.body['tracking_number']) };
}

let serial = 0;
const at = (secondsAgo: number) => new Date(hub.clock.nowMs() - secondsAgo * 1_000).toISOString();
const event = (type: string, secondsAgo: number, members: object) => {
  serial += 1;
  return { id: `q-${serial}`, type, at: at(secondsAgo), ...members };
};
const scan = (number: string, code: string, secondsAgo: number) =>
  event('scan', secondsAgo, { tracking_number: number, code });
const status = (id: string, to: string, secondsAgo: number) =>
  event('status', secondsAgo, { shipment_id: id, status: to });

async function send(events: readonly object[], headers = {}): Promise<readonly unknown[]> {
  const { body, text } = await ada.call('POST', '/driver/events', events, headers);
  const results = body['results'] as readonly { outcome: string; error?: { code: string } }[];
  if (results === undefined) return [text];
  await hub.settled();
  return results.map(({ outcome, error }) => error?.code ?? outcome);
}
const holds = async () => (await call('GET', `/couriers/${ada.id}`)).body['holds'];
const shown = async (id: string) => (await call('GET', `/shipments/${id}`)).body;

it.each([
  ['ARRIVE', 'LOAD'],
  ['HOLD', 'PICKUP'],
  ['DELIVERED', 'UNDELIVERED'],
])('a queue may give a parcel away and get it back: %s, then %s', async (away, again) => {
  const { number } = await newParcel();
  expect(await send([scan(number, 'LOAD', 300)])).toEqual(['accepted']);
  const queue = [
    scan(number, away, 200),
    scan(` ${number.toLowerCase()}`, again, 100),
    scan(number, away, 50),
    scan(number, again, 40),
  ];
  expect(await send(queue)).toEqual(Array(4).fill('accepted'));
  expect(await holds()).toBe(1);
  expect(await send(queue)).toEqual(Array(4).fill('duplicate'));
  expect(await holds()).toBe(1);
});

it('a delivery soon after a corrected one is another delivery', async () => {
  const { id, number } = await newParcel();
  await send([scan(number, 'LOAD', 300)]);
  expect(await send([status(id, 'delivered', 50)])).toEqual(['accepted']);
  expect(await send([scan(number, 'UNDELIVERED', 40)])).toEqual(['accepted']);
  expect(await send([scan(number, 'LOAD', 30)])).toEqual(['accepted']);
  expect((await shown(id))['status']).toBe('out_for_delivery');
  expect(await send([status(id, 'delivered', 10)])).toEqual(['accepted']);
  expect(await shown(id)).toMatchObject({ status: 'delivered', delivered_at: at(10) });
  expect(await holds()).toBe(0);
});

it('an event in the future moves only itself', async () => {
  const { id, number } = await newParcel();
  const decade = -10 * 365 * 86_400;
  const right = { 'waybill-sent-at': at(0) };
  const queue = [
    scan(number, 'LOAD', 60),
    event('note', decade, { shipment_id: id, note: 'Wet.' }),
  ];
  expect(await send(queue, right)).toEqual(['accepted', 'accepted']);
  const { events } = (await shown(id)) as { events: readonly { occurred_at: string }[] };
  expect(events[0]?.occurred_at.slice(0, 19)).toBe(at(60).slice(0, 19));
  const listed = await call('GET', `/couriers/${ada.id}/events`);
  const times = (listed.body['data'] as { at: string }[]).map((each) => each.at);
  expect(times).toEqual([at(0), at(60)]);
});

it('events in the future keep the order of their queue', async () => {
  const { id, number } = await newParcel();
  const right = { 'waybill-sent-at': at(0) };
  const queue = [scan(number, 'LOAD', -7_200), status(id, 'delivered', -3_600)];
  expect(await send(queue, right)).toEqual(['accepted', 'accepted']);
  expect(await shown(id)).toMatchObject({ status: 'delivered', delivered_at: at(0) });
});
