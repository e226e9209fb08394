import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type HubProcess, launchHub } from '../../src/app/start-testing.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { startTestPostgres, type TestPostgres } from '../../src/platform/test-postgres.ts';
import { lostAndDoubled } from '../support/drills/recorded.ts';
import { type RoleLoad, startRoleLoad } from '../support/drills/role-load.ts';
import { PUSH_SECRET } from '../support/fedex-push.ts';
import { HUB_TEST_KEY, newDataFolder, removeDataFolder } from '../support/hubs/hub-process.ts';
import { pause } from '../support/hubs/kill-under-load.ts';
import { runVerb } from '../support/hubs/waybill-verb.ts';
import { type PatientMailServer, startPatientMailServer } from '../support/patient-mail-server.ts';
import { callWith, writeAll } from './write-all.ts';

/**
 * A rolling upgrade that stops half way: the version before and this one on the same database, both under
 * load. The older one goes on after the newer one has brought the schema up to date. Neither answers with
 * an error or logs one, and both can read all public answers. The older one reads what the newer one
 * has written: parcels, events, messages, cases and keys.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/**
 * Files without which a version cannot run beside this one: code of stored forms that this version writes,
 * and the fold of bridges, whose columns break the statements of versions before it.
 */
const STORED_FORMS = [
  'src/intake/pack-content.ts',
  'src/intake/waiting.sql.ts',
  'src/platform/event-log/packed-data.ts',
  'src/tracking/facts/short-forms.ts',
  'src/tracking/fold/direct.ts',
  'src/tracking/public/short-body.ts',
];
/**
 * `WAYBILL_NEIGHBOUR=v0.1.0`: a tag or commit; absent: the last tag before this, the commit before the newest
 * migration or the last commit, whichever is the first that stores what this version stores.
 */
const BEFORE =
  process.env['WAYBILL_NEIGHBOUR'] ??
  [lastTag(), beforeNewestMigration(), 'HEAD^'].find(
    (each) => each !== null && storesTheSame(each),
  ) ??
  null;
/** `WAYBILL_NEIGHBOUR_S=300` for the whole drill. */
const LOAD_S = Number(process.env['WAYBILL_NEIGHBOUR_S'] ?? 10);
const PARCELS = 6;
const MASTER_KEY = 'ab'.repeat(32);
/** Of a list without entries. */
const EMPTY_LENGTH = 40;
const VISIBLE_MS_MAX = 180_000;

if (BEFORE === null)
  process.stderr.write('SKIPPED: two versions at once: no previous version stores the same\n');

let postgres: TestPostgres;
let checkout: string;
let mail: PatientMailServer;
let db: pg.Client;
const hubs: HubProcess[] = [];
const folders: string[] = [];

beforeAll(async () => {
  if (BEFORE === null) return;
  checkout = checkedOut(BEFORE);
  postgres = await startTestPostgres({ durable: true });
  mail = await startPatientMailServer();
  mail.letGo();
  const server = `host: 127.0.0.1, port: ${mail.port}, security: none`;
  writeFileSync(
    path.join(checkout, 'channels.yaml'),
    `email: { provider: smtp, ${server}, from_address: parcels@hub.example }\n`,
  );
  db = new pg.Client(postgres.url);
  await db.connect();
}, 120_000);
afterAll(async () => {
  for (const hub of hubs) hub.child.kill('SIGKILL');
  await Promise.all(hubs.map(({ ended }) => ended));
  await db?.end();
  await postgres?.stop();
  await mail?.close();
  for (const folder of folders) removeDataFolder(folder);
  if (checkout === undefined) return;
  rmSync(path.join(checkout, 'node_modules'), { force: true });
  execFileSync('git', ['worktree', 'remove', '--force', checkout], { cwd: ROOT });
}, 120_000);

it.skipIf(BEFORE === null)(
  `${BEFORE} and this version serve one database for ${LOAD_S} s without an error`,
  async () => {
    const older = await start(path.join(checkout, 'bin/waybill.js'));
    const before = await startLoad(older, older, 0);
    const newer = await start(path.join(ROOT, 'bin/waybill.js'));
    const both = [await startLoad(older, newer, 1), await startLoad(newer, older, 2)];
    await pause(LOAD_S * 1_000);
    const loads = [before, ...both];
    await Promise.all(loads.map((load) => load.stop()));
    expect(loads.flatMap(({ failures }) => failures).filter(isFailure)).toEqual([]);
    await expectRecorded(loads);
    for (const { number } of loads.flatMap(({ parcels }) => parcels)) {
      for (const hub of [older, newer]) {
        expect(await publicAnswer(hub, number)).toMatchObject({
          tracking_number: number,
          carrier: 'fedex',
        });
      }
    }
    await expectSameAnswers(older, newer);
    for (const hub of hubs) hub.child.kill('SIGTERM');
    const ended = await Promise.all(hubs.map((hub) => hub.ended));
    expect(ended.map(({ how }) => how)).toEqual([0, 0]);
    expect(hubs.flatMap((hub) => errorsOf(hub.log()))).toEqual([]);
    const pushes = loads.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
    const answers = loads.reduce((sum, { answered }) => sum + answered, 0);
    process.stdout.write(
      `${BEFORE} beside this version for ${LOAD_S} s: ${pushes} pushes and ${answers} requests, no error\n`,
    );
  },
  600_000 + LOAD_S * 2_000,
);

/** What the newer version writes, the older one shows as the newer one does, and opens with its keys. */
async function expectSameAnswers(older: URL, newer: URL): Promise<void> {
  const { key, paths } = await writeAll(newer, await liveKey());
  for (const path of paths) {
    const [before, after] = await Promise.all(
      // A cursor is sealed anew for each answer.
      [older, newer].map(async (hub) => ({
        ...(await callWith<object>(hub, key, ['GET', path])),
        next_cursor: null,
      })),
    );
    // The newer version may show more.
    expect([path, after]).toMatchObject([path, before]);
    expect(JSON.stringify(before).length).toBeGreaterThan(EMPTY_LENGTH);
  }
}

async function liveKey(): Promise<string> {
  const env = { DATABASE_URL: postgres.url, WAYBILL_MASTER_KEY: MASTER_KEY };
  const args = ['keys', 'create', '--mode', 'live', '--json'];
  const { stdout } = await runVerb(folders[0] ?? '', args, env);
  return (JSON.parse(stdout) as { key: string }).key;
}

async function start(program: string): Promise<URL> {
  const folder = newDataFolder();
  folders.push(folder);
  const hub = launchHub(folder, {
    command: [process.execPath, program, 'start'],
    env: {
      DATABASE_URL: postgres.url,
      WAYBILL_MASTER_KEY: MASTER_KEY,
      WAYBILL_PUBLIC_URL: 'https://hub.example',
      WAYBILL_CHANNELS: path.join(checkout, 'channels.yaml'),
      LOG_LEVEL: 'warn',
      WAYBILL_BOOTSTRAP_KEY: HUB_TEST_KEY,
      WAYBILL_REDIS: 'off',
      WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
      WAYBILL_BACKLOG_MAX_S: '600',
    },
  });
  hubs.push(hub);
  return new URL((await hub.ready).url);
}

function startLoad(api: URL, webhooks: URL, index: number): Promise<RoleLoad> {
  const nowMs = systemClock.nowMs();
  return startRoleLoad({ api, webhooks }, { parcels: PARCELS, from: index * PARCELS, nowMs });
}

/** The public answer about a number. */
async function publicAnswer(hub: URL, number: string): Promise<unknown> {
  const response = await fetch(new URL(`/v1/track/${number}`, hub));
  return response.json();
}

async function expectRecorded(loads: readonly RoleLoad[]): Promise<void> {
  const parcels = loads.flatMap((load) => load.parcels);
  const deadline = performance.now() + VISIBLE_MS_MAX;
  for (;;) {
    const found = await lostAndDoubled(db, parcels);
    if (found.lost.length === 0 || performance.now() > deadline) {
      expect(found).toEqual({ lost: [], doubled: [] });
      return;
    }
    await pause(250);
  }
}

/** A push may be put off when much waits: the carrier repeats it, and so does the load. */
function isFailure(failure: string): boolean {
  return !/^push: 503 \(retry-after \d+\)/.test(failure);
}

function errorsOf(log: string): readonly string[] {
  return log.split('\n').filter((line) => /^\{"level":"(?:error|fatal)"/.test(line));
}

function lastTag(): string | null {
  return answerOfGit('describe', '--tags', '--abbrev=0', 'HEAD^');
}

function beforeNewestMigration(): string | null {
  const only = ['--diff-filter=A', '--', 'migrations/0*.sql'];
  return answerOfGit('log', '-1', '--format=%h^', ...only);
}

/** Whether it began with the same baseline, and reads the stored forms of today. */
function storesTheSame(revision: string): boolean {
  const fileOf = (path: string) =>
    answerOfGit('rev-parse', '--verify', '--quiet', `${revision}:${path}`);
  const baseline = 'migrations/0001_baseline.sql';
  return (
    STORED_FORMS.every((path) => fileOf(path) !== null) &&
    fileOf(baseline) === answerOfGit('hash-object', baseline)
  );
}

/** Null where it has none. */
function answerOfGit(...args: readonly string[]): string | null {
  try {
    const answer = execFileSync('git', args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return answer === '' ? null : answer;
  } catch {
    return null;
  }
}

/** With the packages of today, which are there. */
function checkedOut(revision: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-before-'));
  execFileSync('git', ['worktree', 'add', '--detach', folder, revision], {
    cwd: ROOT,
    stdio: 'ignore',
  });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}
