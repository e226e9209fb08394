import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import { fedexPush, minuteScan, parcelNumber, pushHeaders } from '../support/fedex-push.ts';
import {
  newDataFolder,
  postmasterPid,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { abortedPost, rawPost } from '../support/raw-post.ts';

/** The endpoint for carriers' pushes, over the network: a real hub, real sockets. */
const OLD_SECRET = 'old-test-secret-not-a-secret';
const NEW_SECRET = 'new-test-secret-not-a-secret';
const MIB = 1_048_576;

let data: string;
let hub: RunningHub;
let endpoint: URL;
let client: pg.Client;
beforeAll(async () => {
  data = newDataFolder();
  hub = await startHub(data, {
    WAYBILL_WEBHOOK_SECRET_FEDEX: `${OLD_SECRET},${NEW_SECRET}`,
    WAYBILL_SANDBOX: 'off',
  });
  endpoint = new URL('/webhooks/carrier/fedex', hub.url);
  client = new pg.Client({ connectionString: urlOfRunningServer(data) ?? '' });
  client.on('error', () => {});
  await client.connect();
});
afterAll(async () => {
  await client.end().catch(() => {});
  await hub.stop();
  removeDataFolder(data);
});

const push = (n = 0) => fedexPush({ number: parcelNumber(n), scans: [minuteScan(n)] });

async function inboundMessages(): Promise<{ fate: string; fate_reason: string | null }[]> {
  return (await client.query('select fate, fate_reason from inbound_messages order by id')).rows;
}

async function nothingWaits(): Promise<boolean> {
  return (await client.query('select from waiting_inbound_messages')).rowCount === 0;
}

describe('a push is refused', () => {
  test('with 401 when its JSON was parsed and serialized again: the raw bytes are signed', async () => {
    const spaced = JSON.stringify(JSON.parse(push()), null, 2);
    const headers = pushHeaders(spaced, NEW_SECRET);
    expect((await rawPost(endpoint, push(), headers)).status).toBe(401);
    expect((await rawPost(endpoint, spaced, headers)).status).toBe(200);
  });

  test('with 401 when the authenticating header occurs twice', async () => {
    const { 'fdx-signature': signature = '', ...headers } = pushHeaders(push(), NEW_SECRET);
    const twice = { ...headers, 'fdx-signature': [signature, signature] };
    expect((await rawPost(endpoint, push(), twice)).status).toBe(401);
    expect((await rawPost(endpoint, push(), headers)).status).toBe(401);
  });

  test('with 401 while no secret is set for its carrier, whatever it contains', async () => {
    const url = new URL('/webhooks/carrier/ups', hub.url);
    for (const credential of ['', 'undefined', 'null', NEW_SECRET]) {
      expect((await rawPost(url, '{}', { credential })).status).toBe(401);
    }
  });

  test('with 404 for a carrier or an account that does not exist', async () => {
    const headers = pushHeaders(push(), NEW_SECRET);
    const unknown = ['nobody', 'fedex/nobody', `fedex/${crypto.randomUUID()}`, '__proto__'];
    for (const path of unknown) {
      const url = new URL(`/webhooks/carrier/${path}`, hub.url);
      expect((await rawPost(url, push(), headers)).status).toBe(404);
    }
  });

  test('with 415 when its body is compressed', async () => {
    const headers = { ...pushHeaders(push(), NEW_SECRET), 'content-encoding': 'gzip' };
    expect((await rawPost(endpoint, push(), headers)).status).toBe(415);
  });

  test('with 413 from one byte over 1 MiB, with or without a Content-Length', async () => {
    const most = Buffer.alloc(MIB, ' ');
    const more = Buffer.alloc(MIB + 1, ' ');
    expect((await rawPost(endpoint, most, pushHeaders(most, NEW_SECRET))).status).toBe(200);
    const headers = pushHeaders(more, NEW_SECRET);
    expect((await rawPost(endpoint, more, headers)).status).toBe(413);
    expect((await rawPost(endpoint, [more], headers)).status).toBe(413);
    expect((await rawPost(endpoint, [most], pushHeaders(most, NEW_SECRET))).status).toBe(200);
  });

  test('and leaves nothing behind, even when its sender disconnects half way', async () => {
    const before = (await inboundMessages()).length;
    await abortedPost(endpoint, push(7), pushHeaders(push(7), NEW_SECRET));
    await rawPost(endpoint, push(8), { 'fdx-signature': 'bm90IHRoZSBzaWduYXR1cmU=' });
    // A push that is accepted afterwards: by then the others have been processed.
    expect((await rawPost(endpoint, push(9), pushHeaders(push(9), NEW_SECRET))).status).toBe(200);
    expect((await inboundMessages()).length).toBe(before + 1);
  });
});

test('during a rotation both secrets are accepted and no third', async () => {
  for (const secret of [OLD_SECRET, NEW_SECRET]) {
    expect((await rawPost(endpoint, push(), pushHeaders(push(), secret))).status).toBe(200);
  }
  const both = `${OLD_SECRET},${NEW_SECRET}`;
  expect((await rawPost(endpoint, push(), pushHeaders(push(), both))).status).toBe(401);
});

test('an authentic but unreadable push is acknowledged and stored as a dead letter', async () => {
  const garbage = ['not json', '', '[]', '{"output":7}', Buffer.from([0xff, 0xfe, 0x00])];
  await until(nothingWaits);
  const before = (await inboundMessages()).filter(({ fate }) => fate === 'dead').length;
  for (const body of garbage) {
    const bytes = Buffer.from(body);
    expect((await rawPost(endpoint, bytes, pushHeaders(bytes, NEW_SECRET))).status).toBe(200);
  }
  await until(nothingWaits);
  const dead = (await inboundMessages()).filter(({ fate }) => fate === 'dead');
  expect(dead.length).toBe(before + garbage.length);
  expect(dead.every(({ fate_reason: reason }) => reason)).toBe(true);
});

test('while PostgreSQL is down a push gets 503 and a retry time, then 200', async () => {
  const postmaster = postmasterPid(data);
  if (postmaster === null) throw new Error('the hub has no PostgreSQL');
  process.kill(postmaster, 'SIGKILL');
  const refused: string[] = [];
  await until(async () => {
    const answer = await rawPost(endpoint, push(), pushHeaders(push(), NEW_SECRET));
    if (answer.status === 200) return refused.length > 0;
    expect(answer.status).toBe(503);
    refused.push(String(answer.headers['retry-after']));
    return false;
  });
  expect(refused.every((seconds) => Number(seconds) > 0)).toBe(true);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('did not come about within a minute');
    await pause(20);
  }
}
