import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { urlOfRunningServer } from '../platform/postgres/embedded-postgres.ts';
import { isAlive, serversIn } from '../platform/postgres/processes.ts';
import { type HubProcess, launchHub } from './start-testing.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Any account that is not root and has an entry in passwd. */
const PLAIN_UID = 2;
const IS_ROOT = process.getuid?.() === 0;

let ready: string;
let data: string;
let hubs: HubProcess[];

// Making a cluster and migrating it is the same each time: it is done once and copied.
beforeAll(async () => {
  ready = mkdtempSync(path.join(os.tmpdir(), 'waybill-start-ready-'));
  const hub = launchHub(ready);
  await hub.ready;
  hub.child.kill('SIGTERM');
  await hub.ended;
});
afterAll(() => rmSync(ready, { recursive: true, force: true }));

beforeEach(() => {
  data = mkdtempSync(path.join(os.tmpdir(), 'waybill-start-'));
  execFileSync('cp', ['-a', `${ready}/.`, data]);
  hubs = [];
});
afterEach(async () => {
  for (const { child, ended } of hubs) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
  }
  rmSync(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

function launch(...options: Parameters<typeof launchHub> extends [string, ...infer R] ? R : never) {
  const hub = launchHub(data, ...options);
  hubs.push(hub);
  return hub;
}

async function query(text: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client(urlOfRunningServer(data) ?? '');
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

function postmaster(): number {
  return Number.parseInt(
    readFileSync(path.join(data, 'postgres/cluster/postmaster.pid'), 'utf8'),
    10,
  );
}

/** Back to before the first start. */
function empty(folder: string): void {
  for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true });
}

const serverProcesses = (): number[] => serversIn(path.join(data, 'postgres/cluster')) ?? [];

describe('start refuses', () => {
  test('unusable settings, all at once, with exit code 2', async () => {
    const before = ['/usr/bin/env', 'PORT=x', 'LOG_LEVEL=loud'];
    const { how, stderr, stdout } = await launch({ before }).ended;
    expect(how).toBe(2);
    expect(stderr).toMatch(/PORT: [\s\S]*LOG_LEVEL: /);
    expect(stdout).toBe('');
  });

  test('a data folder that is in use, names who uses it, and leaves the other alone', async () => {
    const first = launch();
    await first.ready;
    const second = await launch().ended;
    expect(second.how).toBe(3);
    expect(second.stderr).toContain(`in use by process ${first.child.pid}`);
    expect(second.stdout).toBe('');
    expect(await query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('an occupied port, and stops PostgreSQL again', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { how, stderr } = await launch({ before: ['/usr/bin/env', `PORT=${port}`] }).ended;
    server.close();
    expect(how).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`:${port} is in use by process ${process.pid} .*PORT=${port + 1} npm start`),
    );
    expect(serverProcesses()).toEqual([]);
  });

  test('a map file that is not there, by the name of its setting, and ends', async () => {
    const before = ['/usr/bin/env', `WAYBILL_MAP=${path.join(data, 'none.pmtiles')}`];
    const { how, stderr } = await launch({ before }).ended;
    expect(how).toBe(1);
    expect(stderr).toMatch(/WAYBILL_MAP.*ENOENT.*none\.pmtiles/);
    expect(serverProcesses()).toEqual([]);
  });
});

describe('stop', () => {
  test('on a signal to the whole group, npm’s second copy included, exits 0 with PostgreSQL gone', async () => {
    const hub = launch({ command: ['npm', 'start'], cwd: ROOT });
    await hub.ready;
    await query('create table kept as select 7 as seven');
    const pid = postmaster();
    process.kill(-(hub.child.pid ?? 0), 'SIGINT');
    const { stderr } = await hub.ended;
    expect(stderr).toContain('"stopped"');
    expect(stderr).not.toMatch(/exited unexpectedly|connection was lost/);
    expect(isAlive(pid)).toBe(false);
    // A shutdown in order writes a checkpoint: the next start has nothing to recover.
    const log = readFileSync(path.join(data, 'postgres/server.log'), 'utf8');
    expect(log).toContain('database system is shut down');
    await launch().ready;
    expect(await query('select seven from kept')).toEqual([{ seven: 7 }]);
    expect(readFileSync(path.join(data, 'postgres/server.log'), 'utf8')).not.toContain(
      'not properly shut down',
    );
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'on %s exits 0, and stdout held the ready line alone',
    async (name) => {
      const hub = launch();
      const { url } = await hub.ready;
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      hub.child.kill(name);
      hub.child.kill(name);
      const { how, stdout } = await hub.ended;
      expect(how).toBe(0);
      expect(stdout.trim().split('\n')).toHaveLength(1);
      expect(serverProcesses()).toEqual([]);
    },
  );

  test('while still starting leaves nothing running', async () => {
    empty(data);
    const hub = launch();
    await until(() => hub.child.exitCode !== null || serverProcesses().length > 0);
    hub.child.kill('SIGTERM');
    expect((await hub.ended).how).toBe(0);
    expect(serverProcesses()).toEqual([]);
  });
});

describe('after kill -9', () => {
  test('of the hub its PostgreSQL ends too, and the next start has every committed row', async () => {
    const hub = launch();
    await hub.ready;
    await query('create table kept as select 1 as one');
    hub.child.kill('SIGKILL');
    await hub.ended;
    await until(() => serverProcesses().length === 0);
    await launch().ready;
    expect(await query('select one from kept')).toEqual([{ one: 1 }]);
  });

  test('of PostgreSQL makes the hub continue with a new one', async () => {
    const hub = launch();
    await hub.ready;
    const before = postmaster();
    process.kill(before, 'SIGKILL');
    await until(() => serverProcesses().length > 0 && pidFileChangedFrom(before));
    await until(async () => (await query('select 1 as one').catch(() => [])).length === 1);
    expect(hub.child.exitCode).toBeNull();
  });

  test('of both at once the next start comes up', async () => {
    const hub = launch();
    await hub.ready;
    await query('create table kept as select 1 as one');
    const pid = postmaster();
    hub.child.kill('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await hub.ended;
    await launch().ready;
    expect(await query('select one from kept')).toEqual([{ one: 1 }]);
  });

  // The moments of a first start: loading, initdb, first server start, migrations, ready.
  test.each([300, 800, 1_200, 1_700])(
    '%i ms into the first start the next one comes up',
    async (afterMs) => {
      empty(data);
      const hub = launch();
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      hub.child.kill('SIGKILL');
      await hub.ended;
      await launch().ready;
      expect(await query('select count(*)::int as n from knex_migrations_lock')).toEqual([
        { n: 1 },
      ]);
    },
  );
});

describe.skipIf(!IS_ROOT || !runsAsPlainUser())('as a plain user', () => {
  const before = ['setpriv', `--reuid=${PLAIN_UID}`, `--regid=${PLAIN_UID}`, '--clear-groups'];

  test('start works, root can go on with the same folder, and the user after root', async () => {
    empty(data);
    chownSync(data, PLAIN_UID, PLAIN_UID);
    const plain = launch({ before });
    await plain.ready;
    await query('create table kept as select 1 as one');
    plain.child.kill('SIGINT');
    expect((await plain.ended).how).toBe(0);
    const root = launch();
    await root.ready;
    expect(await query('select one from kept')).toEqual([{ one: 1 }]);
    root.child.kill('SIGKILL');
    await root.ended;
    await launch({ before }).ready;
    expect(await query('select one from kept')).toEqual([{ one: 1 }]);
  });

  test('a folder of theirs that root starts first is theirs afterwards', async () => {
    empty(data);
    chownSync(data, PLAIN_UID, PLAIN_UID);
    const root = launch();
    await root.ready;
    root.child.kill('SIGINT');
    expect((await root.ended).how).toBe(0);
    await launch({ before }).ready;
  });

  test('a folder of root is rejected with what to fix', async () => {
    const { how, stderr } = await launch({ before }).ended;
    expect(how).toBe(1);
    expect(stderr).toMatch(/cannot be used.*Set WAYBILL_DATA/);
  });
});

/** The account needs read access to this checkout, which one below a 0700 folder does not give. */
function runsAsPlainUser(): boolean {
  const file = path.join(ROOT, 'node_modules', 'tsx', 'package.json');
  return spawnSync('test', ['-r', file], { uid: PLAIN_UID, gid: PLAIN_UID }).status === 0;
}

function pidFileChangedFrom(before: number): boolean {
  try {
    return postmaster() !== before;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('did not come about within a minute');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
