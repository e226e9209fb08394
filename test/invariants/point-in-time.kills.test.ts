import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import { parcelNumber } from '../support/fedex-push.ts';
import {
  callApi,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { runVerb } from '../support/hubs/waybill-verb.ts';

/**
 * Invariant: if the WAL is stored with the backups, a hub can be restored to any time within its
 * range, killed or not: what was acknowledged before is there, later data is not, and later
 * erasures are applied.
 */
const SOON_MS = 120_000;
/** As in docs/operators.md. */
const RESTORE = 'npx waybill restore /var/backups/waybill --to 2026-11-22T20:00:00Z';

let home: string;
let place: string;
let data: string;
let hub: RunningHub;
let count = 0;

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'waybill-point-'));
  place = path.join(home, 'backups');
  data = newDataFolder();
  hub = await startHub(data);
});

afterAll(async () => {
  await hub?.kill().catch(() => {});
  removeDataFolder(data);
  rmSync(home, { recursive: true, force: true });
});

test('a hub is restored to a time between two backups, and to one after the last', async () => {
  const erased = await register();
  await backUp(['--point-in-time']);
  const between = await register();
  await hub.kill();
  hub = await startHub(data);
  const [afterKill, inBetween] = [await register(), await instant()];
  const later = await register();
  const gone = await runVerb(data, ['erase', erased]);
  expect([gone.how, gone.stderr]).toEqual([0, '']);
  await vi.waitFor(() => expect(hasAdded()).toBe(true), { timeout: SOON_MS });
  // It continues without the flag, which is needed only once.
  await backUp([]);
  const [shipped, atTheEnd] = [await register(), await instant()];
  const lost = await register();
  await endSegment();
  await vi.waitFor(() => expect(logReaches(atTheEnd)).toBe(true), { timeout: SOON_MS });
  await vi.waitFor(() => expect(isListed(erased)).toBe(true), { timeout: SOON_MS });
  await hub.kill();
  const listed = await runVerb(data, ['backups', place, '--json']);
  for (const line of listed.stdout.trim().split('\n')) {
    expect(Date.parse(JSON.parse(line).log_until)).toBeGreaterThan(atTheEnd);
  }

  const first = await restoredTo(inBetween);
  const isThere = await present([erased, between, afterKill, later]);
  expect(isThere).toEqual([false, true, true, false]);
  await hub.kill();
  expect(first).toContain('Erased again, because they were since the backup: 1 parcels');
  const second = await restoredTo(atTheEnd);
  const isThereThen = await present([erased, between, later, shipped, lost]);
  expect(isThereThen).toEqual([false, true, true, true, false]);
  expect(second).toContain('are in no backup');
  // Archiving also continues in the restored hub, without the flag.
  await backUp([], path.join(home, `restored-${atTheEnd}`), keyOfHub());
}, 900_000);

test('a time after the master key was changed needs the new key only', async () => {
  await hub.kill();
  hub = await startHub(data);
  const of = (file: string) => ({ WAYBILL_MASTER_KEY_FILE: path.join(home, file) });
  cpSync(path.join(data, 'master-key'), path.join(home, 'old-key'));
  await backUp([]);
  const rotated = await runVerb(data, ['keys', 'rotate', '--json']);
  expect(rotated.how).toBe(0);
  const { keys } = JSON.parse(rotated.stdout) as { keys: { id: string; state: string }[] };
  for (const { id } of keys.filter(({ state }) => state === 'opens')) {
    expect((await runVerb(data, ['keys', 'forget', id])).how).toBe(0);
  }
  cpSync(path.join(data, 'master-key'), path.join(home, 'new-key'));
  const [parcel, afterwards] = [await register(), await instant()];
  await endSegment();
  await vi.waitFor(() => expect(logReaches(afterwards)).toBe(true), { timeout: SOON_MS });
  await hub.kill();

  const restored = path.join(home, 'with-the-old-key');
  const args = ['restore', place, '--to', new Date(afterwards).toISOString()];
  const refused = await runVerb(restored, args, of('old-key'));
  expect(refused.stderr).toContain('does not fit');
  expect(refused.how).toBeGreaterThan(0);
  await restoredTo(afterwards, of('new-key'));
  expect(await present([parcel])).toEqual([true]);
}, 900_000);

test('a time out of range is refused with the reason, and nothing is written', async () => {
  await expectRefusal(['--to', 'yesterday'], /Expected a time with its offset/);
  await expectRefusal(['--to', '2020-01-01T00:00:00Z'], /any time after 20.*is not/);
  await expectRefusal(['--to', '2199-01-01T00:00:00Z'], /reaches until 20.*is later/);
  const now = new Date().toISOString();
  await expectRefusal(['--to', now, '--lost-at', '2020-01-01T00:00:00Z'], /had stopped before/);

  // Without one segment nothing after it is reachable.
  const [segment = ''] = readdirSync(path.join(place, 'wal/first')).slice(-1);
  const untilMs = coversOf(segment) - 1;
  rmSync(path.join(place, 'wal/first', segment));
  await expectRefusal(['--to', new Date(untilMs).toISOString()], /reaches until/);
});

async function register(): Promise<string> {
  count += 1;
  const body = { carrier: 'fedex', tracking_number: parcelNumber(count) };
  const { id } = await callApi<{ id: string }>(hub.url, 'POST', '/v1/shipments', body);
  return id;
}

/** An instant between what was acknowledged and what follows. */
async function instant(): Promise<number> {
  await pause(20);
  const atMs = Date.now();
  await pause(20);
  return atMs;
}

async function backUp(args: readonly string[], of = data, env = {}): Promise<void> {
  const { how, stderr, stdout } = await runVerb(of, ['backup', place, ...args], env);
  expect([how, stderr]).toEqual([0, '']);
  expect(stdout).toContain('The log is archived there, too');
}

async function endSegment(): Promise<void> {
  const client = new pg.Client({ connectionString: urlOfRunningServer(data) ?? '' });
  await client.connect();
  await client.query('select pg_switch_wal()');
  await client.end();
}

function logReaches(ms: number): boolean {
  return readdirSync(path.join(place, 'wal/first')).some((name) => coversOf(name) > ms);
}

/** `000000010000000000000003-20261122T053000123Z.gz` */
function coversOf(name: string): number {
  const time = /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/.exec(name);
  const [year, month, day, hour, minute, second, ms] = (time ?? []).slice(1);
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
}

/** The next backup makes one list of them. */
function hasAdded(): boolean {
  const folder = path.join(place, 'erasures');
  return existsSync(folder) && readdirSync(folder).length > 0;
}

function isListed(id: string): boolean {
  const gathered = path.join(place, 'erasures.jsonl');
  return existsSync(gathered) && readFileSync(gathered, 'utf8').includes(id);
}

/** Starts the hub on the restored data; resolves with the restore's output. */
async function restoredTo(ms: number, key = keyOfHub()): Promise<string> {
  const restored = path.join(home, `restored-${ms}`);
  const [, , verb = '', , option = ''] = RESTORE.split(' ');
  const args = [verb, place, option, new Date(ms).toISOString()];
  const { how, stdout, stderr } = await runVerb(restored, args, key);
  expect([how, stderr]).toEqual([0, '']);
  expect(stdout).toContain(`everything until ${new Date(ms).toISOString()}`);
  hub = await startHub(restored);
  return stdout;
}

async function present(ids: readonly string[]): Promise<boolean[]> {
  const answers = ids.map((id) =>
    callApi(hub.url, 'GET', `/v1/shipments/${id}`).then(
      () => true,
      (error: unknown) => {
        expect(String(error)).toContain('404');
        return false;
      },
    ),
  );
  return Promise.all(answers);
}

async function expectRefusal(args: readonly string[], why: RegExp): Promise<void> {
  const nowhere = path.join(home, 'nowhere');
  const { how, stdout, stderr } = await runVerb(nowhere, ['restore', place, ...args], keyOfHub());
  expect([stdout, stderr]).toEqual(['', expect.stringMatching(why)]);
  expect(how).toBeGreaterThan(0);
  expect(existsSync(nowhere)).toBe(false);
}

function keyOfHub(): Record<string, string> {
  return { WAYBILL_MASTER_KEY_FILE: path.join(data, 'master-key') };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
