import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readBody } from '../../src/platform/net/read-body.ts';
import { PROJECT_ROOT } from '../../src/platform/settings/yaml-settings.ts';
import { fedexPush, PUSH_SECRET, parcelNumber, pushHeaders } from '../support/fedex-push.ts';
import {
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { runVerb } from '../support/hubs/waybill-verb.ts';
import { type PatientMailServer, startPatientMailServer } from '../support/patient-mail-server.ts';

/**
 * Invariant: a hub that is lost went on working after its last backup. The hub restored from it
 * repeats no notification: neither those pending at the backup, nor those for what carriers report
 * again. Later changes are notified, after one jump of the sequence numbers. Erased data stays
 * erased.
 */
/** What was refused is sent again after up to a minute, on a busy machine later. */
const SOON_MS = 240_000;
const STARTED_AT_MS = Date.now();

interface ReceivedWebhook {
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly previous_sequence: number | null;
  readonly data: { readonly id: string; readonly status?: string };
}

let home: string;
let data: string;
let mail: PatientMailServer;
let shop: Server;
let shopAnswers = 204;
let hub: RunningHub;
let key: string;
const received: ReceivedWebhook[] = [];

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'waybill-once-'));
  data = newDataFolder();
  mail = await startPatientMailServer();
  shop = createServer((request, response) => {
    void readBody(request, 100_000).then((read) => {
      const text = read.kind === 'body' ? read.bytes.toString('utf8') : '{}';
      if (shopAnswers === 204) received.push(JSON.parse(text));
      response.writeHead(shopAnswers).end();
    });
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  hub = await start(data);
  const args = [path.join(PROJECT_ROOT, 'bin/waybill.js'), 'keys', 'create', '--mode', 'live'];
  const env = { ...process.env, WAYBILL_DATA: data };
  const made = execFileSync(process.execPath, [...args, '--json'], { env, encoding: 'utf8' });
  key = JSON.parse(made).key;
});

afterAll(async () => {
  await hub.kill().catch(() => {});
  await mail.close();
  shop.close();
  removeDataFolder(data);
  rmSync(home, { recursive: true, force: true });
});

function start(folder: string): Promise<RunningHub> {
  const channels = path.join(home, 'channels.yaml');
  const server = `host: 127.0.0.1, port: ${mail.port}, security: none`;
  writeFileSync(channels, `email: { provider: smtp, ${server}, from_address: p@hub.example }\n`);
  return startHub(folder, {
    WAYBILL_CHANNELS: channels,
    WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
    WAYBILL_EGRESS_ALLOW: '127.0.0.0/8',
  });
}

test('notifications from after the backup are not repeated, and erased data stays erased', async () => {
  const address = shop.address();
  const port = typeof address === 'object' ? address?.port : null;
  const url = `http://127.0.0.1:${port}/hook`;
  await call('POST', '/v1/webhook-endpoints', { url, events: ['*'] });
  const moving = await register(1);
  const silent = await register(2);
  const gone = [await register(3), await register(4)];
  const revoked = await call<NewKey>('POST', '/v1/api-keys', { name: 'r', scopes: ['admin'] });
  const [leaver, stayer] = [await courier(), await courier()];
  await push(1, 'PU', -50);
  await eventually(() => expect(eventTypesOf(moving)).toContain('picked_up'));

  // Its mail is with a server that has not said that it takes it; its webhook is refused.
  shopAnswers = 503;
  await push(1, 'AR', -40);
  await push(2, 'PU', -40);
  await eventually(async () => {
    expect((await statusOf(moving)).status).not.toBe('picked_up');
    expect((await statusOf(silent)).status).toBe('picked_up');
    expect(mail.held()).toBeGreaterThan(0);
  });
  const place = path.join(home, 'backups');
  const made = await runVerb(data, ['backup', place]);
  expect([made.how, made.stderr]).toEqual([0, '']);

  // The hub continues: everything pending is sent, and more happens and is notified.
  shopAnswers = 204;
  mail.letGo();
  await push(1, 'DL', -30);
  await eventually(() => {
    expect(eventTypesOf(moving)).toContain('delivered');
    expect(eventTypesOf(silent)).toContain('picked_up');
    expect(received.some(({ type }) => type === 'shipment.delivered')).toBe(true);
    expect(mail.accepted.length).toBeGreaterThan(0);
    expect(received.filter(({ type }) => type === 'shipment.deleted')).toHaveLength(0);
  });
  await call('DELETE', `/v1/shipments/${gone[0]}`);
  await call('DELETE', `/v1/api-keys/${revoked.id}`);
  await call('DELETE', `/v1/couriers/${leaver.id}`);
  await call('DELETE', `/v1/couriers/${stayer.id}/devices`);
  const ended = [revoked.id, ...[leaver.id, stayer.deviceId].map(bareId)];
  const erased = await runVerb(data, ['erase', gone[1] ?? '']);
  expect([erased.how, erased.stderr]).toEqual([0, '']);
  await eventually(() => {
    expect(listed(place).sort()).toEqual([...gone, ...ended].sort());
    expect(received.filter(({ type }) => type === 'shipment.deleted')).toHaveLength(2);
  });
  const before = [...received];
  const mails = [...mail.accepted];
  await hub.kill();

  const restored = path.join(home, 'restored');
  const withKey = { WAYBILL_MASTER_KEY_FILE: path.join(data, 'master-key') };
  const back = await runVerb(restored, ['restore', place], withKey);
  expect([back.how, back.stderr]).toEqual([0, '']);
  expect(back.stdout).toMatch(/Held back.*: [1-9]\d* messages .* and [1-9]\d* webhooks/);
  expect(back.stdout).toContain('2 parcels');
  expect(back.stdout).toContain('3 keys, phones and couriers');
  hub = await start(restored);
  expect(await opens(revoked.key)).toBe(401);
  for (const { deviceKey } of [leaver, stayer]) expect(await opens(deviceKey)).toBe(401);
  await call('GET', `/v1/couriers/${stayer.id}`);
  await expect(call('GET', `/v1/couriers/${leaver.id}`)).rejects.toThrow('404');
  for (const id of gone) await expect(statusOf(id)).rejects.toThrow('404');
  // FedEx repeats what it had reported to the lost hub.
  await push(1, 'DL', -30);
  await eventually(async () => expect((await statusOf(moving)).status).toBe('delivered'));
  // New changes are notified; they come after everything else in the parcel's queue.
  await push(2, 'AR', 1);
  await eventually(() => expect(received.length).toBeGreaterThan(before.length));
  const after = received.slice(before.length);
  expect(after.map(({ data: { id } }) => id)).toEqual(after.map(() => silent));
  expect(after[0]).toMatchObject({ sequence: 1_000_001, previous_sequence: 1_000_000 });
  expect(new Set(received.map(({ id }) => id)).size).toBe(received.length);

  const held = await runVerb(restored, ['held']);
  expect(held.stdout).toMatch(/^[1-9]\d* messages are held/);
  expect(received.filter(({ type }) => type === 'shipment.deleted')).toHaveLength(2);
  // At most the mail about what has just happened is new.
  expect(mail.accepted.length - mails.length).toBeLessThanOrEqual(1);
  const released = await runVerb(restored, ['held', 'release', '--channel', 'email']);
  expect(released.stdout).toMatch(/^[1-9]\d* messages will be sent/);
}, 600_000);

async function register(n: number): Promise<string> {
  const { id } = await call<{ id: string }>('POST', '/v1/shipments', {
    carrier: 'fedex',
    tracking_number: parcelNumber(n),
    recipient: { name: 'R', email: `reader${n}@customers.example`, locale: 'en' },
  });
  return id;
}

interface NewKey {
  readonly id: string;
  readonly key: string;
}

/** A courier with a phone. */
async function courier() {
  const { id } = await call<{ id: string }>('POST', '/v1/couriers', { name: 'C', vehicle: 'van' });
  const { code } = await call<{ code: string }>('POST', `/v1/couriers/${id}/enrolments`);
  const body = { code, device: { name: 'phone' } };
  const made = await call<Readonly<Record<string, string>>>('POST', '/driver/enrol', body);
  return { id, deviceKey: made['device_key'] ?? '', deviceId: made['device_id'] ?? '' };
}

/** `cou_…` without what it begins with, as a UUID. */
function bareId(id: string): string {
  const hex = id.slice(id.indexOf('_') + 1).replaceAll('-', '');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** What whoever holds this key is answered. */
async function opens(bearer: string): Promise<number> {
  const at = new URL(bearer.startsWith('wbd_') ? '/driver/route' : '/v1/shipments', hub.url);
  return (await fetch(at, { headers: { authorization: `Bearer ${bearer}` } })).status;
}

/** The parcel's statuses that the shop received. */
function eventTypesOf(id: string): (string | undefined)[] {
  return received.filter((each) => each.data.id === id).map((each) => each.data.status);
}

function statusOf(id: string): Promise<{ readonly status: string }> {
  return call('GET', `/v1/shipments/${id}`);
}

/** Ids in the lists of what was erased. */
function listed(place: string): string[] {
  const folder = path.join(place, 'erasures');
  if (!existsSync(folder)) return [];
  // A file with a dot is still being written: a kill would leave it out of every listing.
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  return names.flatMap((name) =>
    readFileSync(path.join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): string => JSON.parse(line).id),
  );
}

/** @param minute counted from when this test began, but for those to come. */
async function push(n: number, code: string, minute: number): Promise<void> {
  const atMs = (minute < 0 ? STARTED_AT_MS : Date.now()) + minute * 60_000;
  const date = new Date(atMs).toISOString().replace(/\.\d+Z/, '+00:00');
  const body = fedexPush({ number: parcelNumber(n), scans: [{ code, date }] });
  const url = new URL('/webhooks/carrier/fedex', hub.url);
  const response = await fetch(url, { method: 'POST', headers: pushHeaders(body), body });
  expect(response.status).toBe(200);
}

async function call<T>(method: string, at: string, body?: object): Promise<T> {
  const response = await fetch(new URL(at, hub.url), {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${at}: ${response.status} ${text}`);
  return (text === '' ? null : JSON.parse(text)) as T;
}

function eventually(holds: () => unknown): Promise<void> {
  return vi.waitFor(async () => void (await holds()), { timeout: SOON_MS, interval: 100 });
}
