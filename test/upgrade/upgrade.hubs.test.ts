import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTestPostgres, type TestPostgres } from '../../src/platform/test-postgres.ts';
import {
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import {
  type OldAnswers,
  readFixture,
  sha256,
  UPGRADE_KEY,
  UPGRADE_MASTER_KEY,
} from './fixture.ts';
import { migrationHashes, restore } from './restore.ts';

/** A database of v0.1.0 under the hub of today: README.md beside this says how it was made. */
const { rows, answers } = readFixture('v0.1.0');
const DAY_MS = 86_400_000;
/** When what is waited for in milliseconds of a database is there. */
const SOON = { timeout: 30_000, interval: 100 };

interface Posted {
  readonly id: string;
  readonly body: string;
}

let server: TestPostgres;
let data: string;
let hub: RunningHub;
let receiver: Server;
const posted: Posted[] = [];

beforeAll(async () => {
  server = await startTestPostgres({ durable: true });
  data = newDataFolder();
  await restore(server.url, Object.keys(answers.migrations), rows);
  receiver = createServer(async (request, response) => {
    posted.push({ id: String(request.headers['webhook-id']), body: await text(request) });
    response.writeHead(204).end();
  });
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
  // The receivers of then are gone. Their merchant names another before anything is due again.
  hub = await startAt(60_000);
  const { port } = receiver.address() as AddressInfo;
  for (const { id } of answers.endpoints) {
    await call('PATCH', `webhook-endpoints/${id}`, { url: `http://127.0.0.1:${port}/` });
  }
  await hub.stop();
  hub = await startAt(DAY_MS / 8);
});

afterAll(async () => {
  await hub?.stop();
  receiver?.close();
  await server?.stop();
  removeDataFolder(data);
});

/** The hub of today, so long after the fixture was made. */
function startAt(laterMs: number): Promise<RunningHub> {
  const offsetMs = Date.parse(answers.madeAt) + laterMs - Date.now();
  return startHub(data, {
    DATABASE_URL: server.url,
    WAYBILL_MASTER_KEY: UPGRADE_MASTER_KEY,
    WAYBILL_BOOTSTRAP_KEY: UPGRADE_KEY,
    WAYBILL_EGRESS_ALLOW: '127.0.0.0/8',
    NODE_OPTIONS: `--import ${new URL('./on-that-day.mjs', import.meta.url).href}`,
    UPGRADE_CLOCK_OFFSET_MS: String(offsetMs),
  });
}

async function ask(method: string, path: string, body?: unknown, key = UPGRADE_KEY) {
  return fetch(new URL(`/v1/${path}`, hub.url), {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await ask(method, path, body);
  const said = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${said}`);
  return JSON.parse(said) as T;
}

type Shipment = OldAnswers['shipments'][number];

/** What no renaming touched: the whole of it but how estimates are written. */
function timelineOf({ status, sub_status, confirmed, events }: Shipment) {
  return {
    status,
    sub_status,
    confirmed,
    events: events.map(({ status, sub_status, occurred_at, location }) => ({
      status,
      sub_status,
      occurred_at,
      location,
    })),
  };
}

async function timelinesAreTheSame(): Promise<void> {
  for (const was of answers.shipments) {
    const is = await call<Shipment>('GET', `shipments/${was.id}`);
    expect({ of: was.tracking_number, ...timelineOf(is) }).toEqual({
      of: was.tracking_number,
      ...timelineOf(was),
    });
  }
}

it('ran the migrations of that version as they still are', () => {
  const names = Object.keys(answers.migrations);
  expect(names.length).toBeGreaterThan(30);
  expect(migrationHashes(names)).toEqual(answers.migrations);
});

it('answers for every shipment with the status and events it had', async () => {
  expect(answers.shipments.length).toBeGreaterThan(20);
  expect(answers.shipments.flatMap(({ events }) => events).length).toBeGreaterThan(100);
  await timelinesAreTheSame();
});

it('opens tracking pages and API keys as before, with the rights they had', async () => {
  const [first] = answers.shipments;
  const parcel = `/track/${first?.carrier}/${first?.tracking_number}`;
  const page = await fetch(new URL(parcel, hub.url), { headers: { accept: 'text/html' } });
  expect(page.status).toBe(200);
  expect(await page.text()).toContain(first?.tracking_number);
  const path = `shipments/${first?.id}`;
  expect((await ask('GET', path, undefined, answers.readingKey)).status).toBe(200);
  expect((await ask('DELETE', path, undefined, answers.readingKey)).status).toBe(403);
});

it('filters webhooks by the words of today', async () => {
  const filters = await Promise.all(
    answers.endpoints.map(async ({ id, events }) => {
      const is = await call<{ events: string[] }>('GET', `webhook-endpoints/${id}`);
      return [events, is.events];
    }),
  );
  expect(filters).toContainEqual([['shipment.*'], ['shipment.*', 'delivery_request.*']]);
  expect(filters).toContainEqual([
    ['shipment.wish_settled', 'shipment.delivered'],
    ['delivery_request.resolved', 'shipment.delivered'],
  ]);
  expect(filters).toContainEqual([['*'], ['*']]);
});

it('keeps the bytes of deliveries, and sends those that waited', async () => {
  const all = answers.endpoints.flatMap(({ id, deliveries }) =>
    deliveries.map((was) => ({ endpoint: id, ...was })),
  );
  const waited = all.filter(({ state }) => state === 'waiting');
  expect(waited.length).toBeGreaterThan(5);
  await vi.waitFor(() => expect(posted.length).toBeGreaterThanOrEqual(waited.length), SOON);
  const bytesOf = new Map(posted.map(({ id, body }) => [id, body]));
  for (const was of waited) expect(sha256(bytesOf.get(was.id) ?? '')).toBe(was.sha256);
  for (const { endpoint, id, sha256: was } of all) {
    const path = `webhook-endpoints/${endpoint}/deliveries/${id}`;
    expect(sha256((await call<{ body: string }>('GET', path)).body)).toBe(was);
  }
});

it('finds deliveries of then by the type of today', async () => {
  const found = await Promise.all(
    answers.endpoints.map(async ({ id }) => {
      const path = `webhook-endpoints/${id}/deliveries?type=delivery_request.resolved`;
      return (await call<{ data: { id: string }[] }>('GET', path)).data.map(({ id }) => id);
    }),
  );
  const settled = answers.endpoints
    .flatMap(({ deliveries }) => deliveries)
    .filter(({ type }) => type === 'shipment.wish_settled');
  expect(settled.length).toBeGreaterThan(0);
  expect(found.flat().sort()).toEqual(settled.map(({ id }) => id).sort());
});

it('tells cases, their requests and dead letters in the words of today', async () => {
  const words: Readonly<Record<string, string>> = { taken_back: 'retracted', taken: 'accepted' };
  const inWords = (word: string | null) => (word === null ? null : (words[word] ?? word));
  for (const was of answers.cases) {
    const is = await call<{
      state: string;
      closed_by: string | null;
      delivery_requests: { id: string; state: string }[];
    }>('GET', `exceptions/${was.id}`);
    expect([is.state, is.closed_by]).toEqual([was.state, inWords(was.closed_by)]);
    expect(is.delivery_requests.map(({ id, state }) => [id, state])).toEqual(
      was.wishes.map(({ id, state }) => [id, inWords(state)]),
    );
  }
  const letters = await call<{ data: { id: string }[] }>('GET', 'ops/dead-letters');
  expect(letters.data.map(({ id }) => id)).toEqual(answers.deadLetters.map(({ id }) => id));
});

it('reads stored history again and finds what it was', async () => {
  const carriers = new Set(answers.shipments.map(({ carrier }) => carrier));
  expect(carriers.size).toBe(6);
  for (const carrier of carriers) {
    await call('POST', `ops/mappings/${carrier}/apply`, { version: 'files', renormalize: true });
  }
  await vi.waitFor(async () => {
    const { data } = await call<{ data: { state: string }[] }>('GET', 'ops/mapping-jobs');
    expect(data.map(({ state }) => state)).toEqual([...carriers].map(() => 'done'));
  }, SOON);
  await timelinesAreTheSame();
});
