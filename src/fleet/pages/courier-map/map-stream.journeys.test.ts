import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestConsole, type TestConsole } from '../../../http/console/hub/test-console.ts';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import { manualTimers } from '../../../platform/work/test-timers.ts';
import { countPlaces } from '../../api/live/live-gate.ts';
import {
  areaOf,
  hasTenantsLeft,
  type MapLive,
  openMapStream,
  reserveStreamSlot,
} from './map-stream.ts';

let hub: TestHub;
let ops: TestConsole;
const ends: (() => void)[] = [];
beforeAll(async () => {
  hub = await createTestHub({ listens: true });
  ops = await openTestConsole(hub);
});
afterAll(async () => {
  for (const end of ends) end();
  await hub?.close();
});

interface MapMessage {
  readonly couriers: readonly (readonly [string, number, number, number])[];
  readonly gone: readonly string[];
}

/** Opens the stream as a browser does. */
async function listen(path: string, cookie: string) {
  const aborting = new AbortController();
  ends.push(() => aborting.abort());
  const { signal } = aborting;
  const answer = await fetch(hub.url + path, { headers: { cookie }, redirect: 'manual', signal });
  const type = answer.headers.get('content-type');
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const more = async () => {
    const { done = true, value = '' } = (await reader?.read()) ?? {};
    text += value;
    return !done;
  };
  const messages = (): MapMessage[] =>
    [...text.matchAll(/^data: (.*)$/gm)].flatMap(([, json]) => JSON.parse(json ?? '').topics);
  return {
    status: answer.status,
    type,
    all: () => text,
    async until(is: (all: readonly MapMessage[]) => boolean): Promise<readonly MapMessage[]> {
      while (!is(messages())) if (!(await more())) throw new Error(`it ended with: ${text}`);
      return messages();
    },
    async ended(): Promise<string> {
      while (await more());
      return text;
    },
    stop: () => aborting.abort(),
  };
}

const newCourier = async (call: Caller, name: string, facility: string): Promise<string> => {
  const said = { name, vehicle: 'van', shift: 'on', home_facility: facility };
  return String((await call('POST', '/couriers', said)).body['id']);
};

async function moves(call: Caller, id: string, lat: number, lng: number): Promise<void> {
  hub.clock.advance(60_000);
  const ts = new Date(hub.clock.nowMs()).toISOString();
  const sent = await call('POST', '/positions', [{ courier_id: id, ts, lat, lng }]);
  expect(sent.body).toMatchObject({ accepted: 1 });
}

const idsOf = (all: readonly MapMessage[]) =>
  all.flatMap(({ couriers }) => couriers.map(([id]) => id));

it('sends an operator the couriers of all merchants within the view, as they move and leave', async () => {
  const here = callerOf(hub, (await hub.newKey()).text);
  const there = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
  const one = await newCourier(here, 'Ada Lovelace', 'HAM-1');
  const away = await newCourier(here, 'Blaise Pascal', 'HAM-1');
  const two = await newCourier(there, 'Zora Hurston', 'HAM-2');
  await moves(here, one, 53.5, 9.9);
  await moves(there, two, 53.6, 10);
  await moves(here, away, 48.1, 11.5);
  const page = await ops.visit('/console/deliveries/map?of=all', ops.cookie);
  const live = /"live":"([^"]+)"/.exec(page.text)?.[1] ?? '';
  expect(live).toMatch(/^\/console\/deliveries\/map\/live\?ids=[\w-]+&of=all$/);
  const stream = await listen(`${live}&area=53,9,54,11`, ops.cookie);
  expect([stream.status, stream.type]).toEqual([200, 'text/event-stream; charset=utf-8']);
  const first = await stream.until((all) => idsOf(all).length >= 2);
  expect(idsOf(first).sort()).toEqual([one, two].sort());
  await moves(here, one, 53.501, 9.9);
  const moved = await stream.until((all) => idsOf(all).length >= 3);
  const [last] = moved.at(-1)?.couriers ?? [];
  expect(last?.slice(0, 3)).toEqual([one, 53.501, 9.9]);
  expect((await there('PATCH', `/couriers/${two}`, { shift: 'off' })).status).toBe(200);
  const after = await stream.until((all) => all.some(({ gone }) => gone.length > 0));
  expect(after.flatMap(({ gone }) => gone)).toEqual([two]);
  for (const secret of [away, 'Lovelace', 'Ada', 'HAM-1']) {
    expect(stream.all()).not.toContain(secret);
  }
  stream.stop();
});

it('sends only those of one merchant, or of one building', async () => {
  const there = callerOf(hub, (await hub.newKey({ merchant: 'third' })).text);
  const [one, two] = [await newCourier(there, 'One', 'X-1'), await newCourier(there, 'Two', 'X-2')];
  for (const id of [one, two]) await moves(there, id, 53.5, 9.9);
  for (const [query, ids] of [
    ['merchant=third', [one, two]],
    ['facility=X-2', [two]],
  ] as const) {
    const stream = await listen(`/console/deliveries/map/live?of=all&${query}`, ops.cookie);
    expect(idsOf(await stream.until((all) => all.length > 0)).sort()).toEqual([...ids].sort());
    stream.stop();
  }
});

it('ends when its reader loses access, also when access cannot be checked', async () => {
  for (const answer of [async () => false, () => Promise.reject(new Error('away'))]) {
    const timers = manualTimers();
    const nobody = { add() {}, remove() {}, has: () => false, size: 0, end() {} };
    const live: MapLive = {
      timers,
      places: countPlaces(),
      hub: { join: () => nobody, publish: async () => '', stop() {} },
      connections: { add: () => () => {}, checkRevoked() {}, async stop() {} },
    };
    const leave = reserveStreamSlot(live, 'k');
    const said = { keyId: 'k', couriers: [], area: null, leave };
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    let may: () => Promise<boolean> = async () => true;
    openMapStream(response, live, { ...said, maySee: () => may() });
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    timers.advance(5_000);
    await settled();
    expect(response.writableEnded).toBe(false);
    may = answer;
    timers.advance(5_000);
    await settled();
    expect(response.writableEnded).toBe(true);
  }
});

it('has another URL once another courier is on the map', async () => {
  const liveOf = async () =>
    /"live":"([^"]+)"/.exec(
      (await ops.visit('/console/deliveries/map?of=all', ops.cookie)).text,
    )?.[1];
  const before = await liveOf();
  expect(await liveOf()).toBe(before);
  await newCourier(callerOf(hub, (await hub.newKey()).text), 'Mary Somerville', 'HAM-1');
  expect(await liveOf()).not.toBe(before);
});

it('is for signed-in users, with a limit on tabs', async () => {
  const stranger = await ops.visit('/console/deliveries/map/live', '');
  expect([stranger.status, stranger.headers.get('location')]).toEqual([303, '/console/sign-in']);
  const looker = await ops.looker();
  const open: Awaited<ReturnType<typeof listen>>[] = [];
  for (let index = 0; index < 24; index += 1)
    open.push(await listen('/console/deliveries/map/live?of=all', looker));
  expect(open.every(({ status }) => status === 200)).toBe(true);
  expect((await listen('/console/deliveries/map/live?of=all', looker)).status).toBe(503);
  expect((await listen('/console/deliveries/map/live?of=all', ops.cookie)).status).toBe(200);
  for (const { stop } of open) stop();
});

it('covers the couriers of a hundred merchants at most', () => {
  expect([hasTenantsLeft(100), hasTenantsLeft(101)]).toEqual([true, false]);
});

it('parses areas, and treats anything else as everywhere', () => {
  expect(areaOf('53.1,9,54,-11.25')).toEqual({ south: 53.1, west: 9, north: 54, east: -11.25 });
  for (const text of [null, '', '1,2,3', '1,2,3,x', '1,2,3,4,5', '1,2,3,1e9', '0x1,2,3,4']) {
    expect(areaOf(text)).toBeNull();
  }
});

it('labels a courier without parcels free', async () => {
  const call = callerOf(hub, (await hub.newKey({ merchant: 'idle' })).text);
  await moves(call, await newCourier(call, 'Ida Idle', 'IDLE-1'), 53.5, 9.9);
  const { text } = await ops.visit('/console/deliveries/map?of=all', ops.cookie);
  const [, , row = ''] = text.split('Ida Idle');
  expect(row.slice(0, row.indexOf('</tr>'))).toContain('>free<');
  expect(text).not.toContain('on the way');
});

it('labels a paused courier so, and counts those who are', async () => {
  const { text: key, tenant } = await hub.newKey({ merchant: 'resting' });
  const call = callerOf(hub, key);
  await moves(call, await newCourier(call, 'Rita Rests', 'REST-1'), 53.5, 9.9);
  const found = await hub.couriers.couriers.list(
    tenant,
    { onShift: true, externalId: null },
    { after: null, limit: 1 },
  );
  await hub.couriers.couriers.change(tenant, found[0]?.id ?? '', {}, { pause: { endsAtMs: null } });
  const { text } = await ops.visit('/console/deliveries/map?of=all', ops.cookie);
  const [, , row = ''] = text.split('Rita Rests');
  expect(row.slice(0, row.indexOf('</tr>'))).toMatch(/<span class="tag plain">paused/);
  expect(text).toMatch(/\d+ on shift, 1 of them paused\./);
});
