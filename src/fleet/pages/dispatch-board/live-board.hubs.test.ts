import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  mapDataOf,
  openTestConsole,
  type TestConsole,
} from '../../../http/console/hub/test-console.ts';
import { openTestDesk, type TestDesk } from '../../../http/console/kit/test-desk.ts';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const SHOP = { lat: 53.5436, lng: 9.9885 };

let hub: TestHub;
let desk: TestDesk;
let ops: TestConsole;
let merchant: Caller;
let other: Caller;
const ends: (() => void)[] = [];

beforeAll(async () => {
  hub = await createTestHub({ listens: true });
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
  desk = await openTestDesk(hub, hub.members);
  ops = await openTestConsole(hub);
  merchant = callerOf(hub, KEY);
  other = callerOf(hub, (await hub.newKey({ merchant: 'other', mode: 'test' })).text);
});
afterAll(async () => {
  for (const end of ends) end();
  await hub?.close();
});

async function newDelivery(of: Caller): Promise<void> {
  const places = { origin: SHOP, destination: { lat: 53.55, lng: 9.97 } };
  const wanted = { ...places, package_size: 'small', phone: '+4930231250' };
  expect((await of('POST', '/deliveries', wanted)).status).toBe(201);
}

/** Opens the stream as a browser does, and collects the versions sent. */
async function listen(path: string, cookie: string) {
  const aborting = new AbortController();
  ends.push(() => aborting.abort());
  const { signal } = aborting;
  const answer = await fetch(hub.url + path, { headers: { cookie }, redirect: 'manual', signal });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const versions = () =>
    [...text.matchAll(/^event: changed\nid: .*\ndata: (.*)$|^data: (\{"version.*)$/gm)].map(
      ([, one, two]) => JSON.parse(one ?? two ?? '').version as string,
    );
  return {
    status: answer.status,
    versions,
    async until(count: number): Promise<readonly string[]> {
      while (versions().length < count) {
        const { done = true, value = '' } = (await reader?.read()) ?? {};
        text += value;
        if (done) throw new Error(`it ended with: ${text}`);
      }
      return versions();
    },
  };
}

/** The stream that announces changes to an owner's board, and the version their page shows. */
async function updatesOfBoard() {
  const page = await desk.visit('/console/deliveries', desk.owner);
  const updates = mapDataOf(page.text)?.updates;
  if (updates === undefined) throw new Error('the page names no stream');
  return updates;
}

it('notifies a dispatcher of changes to their own board, and of no others’', async () => {
  const { url, version } = await updatesOfBoard();
  const mine = await listen(url, desk.owner);
  const everybodys = await listen('/console/deliveries/live?of=all', ops.cookie);
  expect(await mine.until(1)).toEqual([version]);
  await everybodys.until(1);
  await newDelivery(other);
  // Operators see all boards: once they are notified, the merchant's board has been read too.
  await everybodys.until(2);
  await newDelivery(merchant);
  const update = await mine.until(2);
  expect(update).toEqual([version, (await updatesOfBoard()).version]);
});

it('is only for members with access to the page’s board', async () => {
  const { url } = await updatesOfBoard();
  const analyst = await desk.member('ann@shop.example', 'analyst');
  expect((await listen(url, analyst)).status).toBe(403);
  expect((await listen(url, '')).status).toBe(303);
  expect((await listen('/console/deliveries/live', '')).status).toBe(303);
  expect((await listen(url.replace(/whose=.*/, 'whose=another.live'), desk.owner)).status).toBe(
    204,
  );
});
