import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  fedexPush,
  minuteScan,
  PUSH_SECRET,
  parcelNumber,
  pushHeaders,
} from '../support/fedex-push.ts';
import {
  callApi,
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { runVerb, startVerb } from '../support/hubs/waybill-verb.ts';

/**
 * Invariant: a backup of a running hub, made while carriers push and whatever was killed before
 * it, contains every push acknowledged before its end, and opens only with the master key, which
 * it does not contain. An interrupted backup or restore never passes for a complete one.
 */
const SENDERS = 8;
const PARCELS = 8;
const LOAD_MS = 1_500;
const SOON_MS = 60_000;
const ENV = { WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET };
const RECIPIENT = { name: 'Quillomar Vexwright', email: 'quillomar@mailmarker.example' };

interface Push {
  readonly parcel: number;
  readonly local: string;
  readonly acknowledgedAtMs: number;
}

let home: string;
let data: string;
let place: string;
let hub: RunningHub;
const ids: string[] = [];
const pushes: Push[] = [];
/** Far more than the database's changes meanwhile, on any machine. */
const photo = randomBytes(32 * 1_048_576);
const photoKey = createHash('sha256').update(photo).digest('hex');
const photoPlace = `objects/blobs/${photoKey.slice(0, 2)}/${photoKey.slice(2, 4)}/${photoKey}`;

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'waybill-backup-'));
  data = newDataFolder();
  place = path.join(home, 'backups');
  hub = await startHub(data, ENV);
  for (let n = 0; n < PARCELS; n += 1) {
    const { id } = await callApi<{ id: string }>(hub.url, 'POST', '/v1/shipments', {
      carrier: 'fedex',
      tracking_number: parcelNumber(n),
      recipient: RECIPIENT,
    });
    ids.push(id);
  }
  mkdirSync(path.dirname(path.join(data, photoPlace)), { recursive: true });
  writeFileSync(path.join(data, photoPlace), photo);
});

afterAll(async () => {
  await hub.kill().catch(() => {});
  removeDataFolder(data);
  rmSync(home, { recursive: true, force: true });
});

test('an interrupted backup is none, whether it or its hub is killed, and the next one is complete', async () => {
  const load = startLoad();
  const first = startVerb(data, ['backup', place]);
  await until(() => existsSync(path.join(place, 'parts')));
  first.child.kill('SIGKILL');
  await first.ended;
  await expectRefusal([], /no complete backup.*interrupted/);

  const second = startVerb(data, ['backup', place]);
  await until(() => readdirSync(path.join(place, 'backups')).length > 1);
  await hub.kill();
  const { how, stderr } = await second.ended;
  expect(how, stderr).toBe(1);
  await expectRefusal([], /no complete backup/);

  hub = await startHub(data, ENV);
  await pause(LOAD_MS);
  const third = await runVerb(data, ['backup', place, '--json']);
  expect([third.how, third.stderr]).toEqual([0, '']);
  const { backup, covers_until } = JSON.parse(third.stdout);
  await load.stop();
  // Leftovers of the interrupted ones are gone.
  expect(backupFiles()).toEqual([`${backup}/manifest.json`]);
  const before = pushes.filter(
    ({ acknowledgedAtMs }) => acknowledgedAtMs < Date.parse(covers_until),
  );
  expect(before.length).toBeGreaterThan(SENDERS * 10);

  const again = await runVerb(data, ['backup', place, '--json']);
  const { written_bytes } = JSON.parse(again.stdout);
  // The photo is incompressible, and stored once.
  expect(written_bytes).toBeLessThan(photo.length);
  await hub.kill();

  // An interrupted restore is not a hub, and may start over.
  const restored = path.join(home, 'restored');
  const key = { WAYBILL_MASTER_KEY_FILE: path.join(data, 'master-key') };
  const restore = ['restore', place, '--backup', backup];
  const killed = startVerb(restored, restore, key);
  await until(() => namesBelow(path.join(restored, 'postgres')).length > 100);
  killed.child.kill('SIGKILL');
  await killed.ended;
  await expect(startHub(restored, ENV)).rejects.toThrow(/restore .* was interrupted/);
  const { how: code, stderr: complaint } = await runVerb(restored, restore, key);
  expect([code, complaint]).toEqual([0, '']);

  hub = await startHub(restored, ENV);
  expect(readFileSync(path.join(restored, photoPlace)).equals(photo)).toBe(true);
  for (const [index, id] of ids.entries()) {
    const wanted = before.filter(({ parcel }) => parcel === index).map(({ local }) => local);
    await expectInTimeline(id, wanted);
  }
  const shown = await callApi<{ recipient: unknown }>(hub.url, 'GET', `/v1/shipments/${ids[0]}`);
  expect(shown.recipient).toMatchObject(RECIPIENT);
  process.stdout.write(`${before.length} pushes acknowledged before the backup's end, none lost\n`);
}, 600_000);

test('a backup contains no secret, and only its owner may read it', () => {
  const secrets = [
    readFileSync(path.join(data, 'master-key'), 'utf8').trim(),
    readFileSync(path.join(data, 'postgres/password'), 'utf8').trim(),
    HUB_TEST_KEY,
    PUSH_SECRET,
    RECIPIENT.name,
  ];
  const key = Buffer.from(secrets[0] ?? '', 'base64');
  for (const name of namesBelow(place)) {
    const at = path.join(place, name);
    const stat = statSync(at);
    expect([name, stat.mode & 0o777]).toEqual([name, stat.isDirectory() ? 0o700 : 0o600]);
    if (stat.isDirectory()) continue;
    const text = plainOf(name, readFileSync(at));
    for (const secret of [...secrets.map((each) => Buffer.from(each)), key]) {
      expect([name, text.includes(secret)]).toEqual([name, false]);
    }
  }
});

test('a failing restore reports the reason, and changes nothing', async () => {
  const [id = ''] = backupFiles().map((name) => path.dirname(name));
  await expectRefusal([], /WAYBILL_MASTER_KEY/, {});
  const other = { WAYBILL_MASTER_KEY: randomBytes(32).toString('base64') };
  await expectRefusal([], /master key does not fit/, other);
  await expectRefusal(['--backup', 'yesterday'], /no backup yesterday/);
  const { how, stderr } = await runVerb(data, ['restore', place], keyOfHub());
  expect([how, stderr]).toEqual([2, expect.stringMatching(/not empty/)]);

  const file = path.join(place, 'backups', id, 'manifest.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('"waybill": "0', '"waybill": "7'));
  await expectRefusal(['--backup', id], /does not match its checksum/);
  const { manifest } = JSON.parse(text);
  manifest.waybill = '7.0.0';
  const checksum = createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
  writeFileSync(file, JSON.stringify({ manifest, sha256: checksum }));
  await expectRefusal(['--backup', id], /of Waybill 7\.0\.0/);
  writeFileSync(file, text);

  rmSync(largestPart());
  await expectRefusal(['--backup', id], /damaged: parts of .* missing/);
});

function keyOfHub(): Record<string, string> {
  return { WAYBILL_MASTER_KEY_FILE: path.join(data, 'master-key') };
}

async function expectRefusal(
  args: readonly string[],
  why: RegExp,
  key: Record<string, string> = keyOfHub(),
): Promise<void> {
  const nowhere = path.join(home, 'nowhere');
  const { how, stdout, stderr } = await runVerb(nowhere, ['restore', place, ...args], key);
  expect([stdout, stderr]).toEqual(['', expect.stringMatching(why)]);
  expect(how).toBeGreaterThan(0);
  expect(existsSync(nowhere)).toBe(false);
}

/** The content of a file in a repository, unpacked. */
function plainOf(name: string, bytes: Buffer): Buffer {
  if (name.endsWith('.gz')) return gunzipSync(bytes);
  if (!name.startsWith('parts/')) return bytes;
  return bytes[0] === 1 ? gunzipSync(bytes.subarray(1)) : bytes.subarray(1);
}

/** A part of the photo, which every backup needs: a part of the database may be in only one. */
function largestPart(): string {
  const parts = path.join(place, 'parts');
  const files = namesBelow(parts).map((name) => path.join(parts, name));
  const [largest = ''] = files.sort((a, b) => sizeOf(b) - sizeOf(a));
  return largest;
}

function sizeOf(file: string): number {
  const stat = statSync(file);
  return stat.isFile() ? stat.size : 0;
}

function backupFiles(): string[] {
  return namesBelow(path.join(place, 'backups')).filter((name) => name.endsWith('.json'));
}

function namesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' });
}

function startLoad() {
  let stopping = false;
  let count = 0;
  const send = async (): Promise<void> => {
    while (!stopping) {
      const n = count;
      count += 1;
      const parcel = n % PARCELS;
      const scan = minuteScan(n);
      const status = await post(fedexPush({ number: parcelNumber(parcel), scans: [scan] }));
      if (status !== 200) await pause(20);
      else {
        const local = scan.date.slice(0, 19);
        pushes.push({ parcel, local, acknowledgedAtMs: Date.now() });
      }
    }
  };
  const senders = Promise.all(Array.from({ length: SENDERS }, send));
  return {
    async stop() {
      stopping = true;
      await senders;
    },
  };
}

async function post(body: string): Promise<number | null> {
  try {
    const headers = pushHeaders(body);
    const url = new URL('/webhooks/carrier/fedex', hub.url);
    const response = await fetch(url, { method: 'POST', headers, body });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}

async function expectInTimeline(id: string, wanted: readonly string[]): Promise<void> {
  const deadline = performance.now() + SOON_MS;
  let missing: readonly string[] = wanted;
  while (missing.length > 0 && performance.now() < deadline) {
    const { events } = await callApi<{ events: { occurred_local: string }[] }>(
      hub.url,
      'GET',
      `/v1/shipments/${id}`,
    );
    const shown = new Set(events.map((event) => event.occurred_local));
    missing = wanted.filter((local) => !shown.has(local));
    if (missing.length > 0) await pause(100);
  }
  expect({ id, missing }).toEqual({ id, missing: [] });
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + SOON_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('that did not come about');
    await pause(10);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
