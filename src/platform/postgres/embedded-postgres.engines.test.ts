import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../database/database.ts';
import { retryWhileUnavailable } from '../database/database-errors.ts';
import { assertDurable } from '../database/durability.ts';
import { clusterOwner } from './cluster.ts';
import {
  type EmbeddedPostgres,
  type ServerEvent,
  startEmbeddedPostgres,
} from './embedded-postgres.ts';
import { handOver } from './hand-over.ts';
import { isAlive, serversIn } from './processes.ts';
import { findReachableBinaries } from './reachable-binaries.ts';
import { decideRunAs } from './run-as.ts';

let ready: string;
let data: string;
let server: EmbeddedPostgres | null;

// initdb is the slow part and always the same, so it runs once and its result is copied, owners
// included.
beforeAll(async () => {
  ready = mkdtempSync(path.join(os.tmpdir(), 'waybill-pg-ready-'));
  await (await startEmbeddedPostgres({ data: ready, durable: false })).stop();
});
afterAll(() => rmSync(ready, { recursive: true, force: true }));

beforeEach(() => {
  data = mkdtempSync(path.join(os.tmpdir(), 'waybill-pg-test-'));
  execFileSync('cp', ['-a', `${ready}/.`, data]);
  server = null;
});
afterEach(async () => {
  await server?.stop();
  rmSync(data, { recursive: true, force: true });
});

async function start(
  options: { data?: string; durable?: boolean; onEvent?: (e: ServerEvent) => void } = {},
) {
  server = await startEmbeddedPostgres({ data, durable: false, ...options });
  return server;
}

async function query(url: string, text: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const clusterAt = (folder: string): string => path.join(folder, 'postgres', 'cluster');

describe('the server ends and', () => {
  test('is restarted when it is killed, and pools find it again', async () => {
    const events: ServerEvent[] = [];
    let isBack = (): void => {};
    const back = new Promise<void>((resolve) => {
      isBack = resolve;
    });
    const { url, pid } = await start({
      onEvent(event) {
        events.push(event);
        if (event.kind === 'restarted') isBack();
      },
    });
    const db = openDatabase({ url });
    await db.owner.query('create table kept as select 1 as one');
    const before = pid();
    process.kill(before, 'SIGKILL');
    await back;
    const read = () => db.owner.query('select one from kept');
    const found = await retryWhileUnavailable(read, { forMs: 20_000 });
    await db.end();
    expect(found.rows).toEqual([{ one: 1 }]);
    expect(pid()).not.toBe(before);
    expect(events.map(({ kind }) => kind)).toEqual(['ended', 'restarted']);
  });

  test('leaves no process and no pid file when it is stopped', async () => {
    const running = await start();
    const pid = running.pid();
    await running.stop();
    expect(isAlive(pid)).toBe(false);
    expect(serversIn(clusterAt(data)) ?? []).toEqual([]);
    expect(() => statSync(path.join(clusterAt(data), 'postmaster.pid'))).toThrow();
  });
});

test('a Ctrl-C in our terminal does not reach it: it leads a process group of its own', async () => {
  const { pid } = await start();
  expect(() => process.kill(-pid(), 0)).not.toThrow();
});

describe('a start is not blocked by', () => {
  test('a pid file whose number now belongs to another process of the same account', async () => {
    await (await start()).stop();
    const [command = 'sleep', ...args] = [...decideRunAs(clusterOwner(data)).prefix, 'sleep', '60'];
    const other = spawn(command, args, { stdio: 'ignore' });
    const stale = `${other.pid}\n${clusterAt(data)}\n1\n5432\n\n\n\n\n`;
    writeFileSync(path.join(clusterAt(data), 'postmaster.pid'), stale);
    await start();
    expect(other.exitCode ?? other.signalCode).toBeNull();
    other.kill();
  });

  test('an orphaned server that still works on the files: it is ended first', async () => {
    const runAs = decideRunAs(clusterOwner(data));
    const binaries = findReachableBinaries(data, runAs);
    const immortal = runAs.prefix.filter((option) => !option.startsWith('--pdeathsig'));
    const [command = '', ...before] = [...immortal, binaries.postgres];
    const handed = handOver([path.join(data, 'postgres')], runAs);
    const orphan = spawn(command, [...before, '-D', path.join(handed.paths[0] ?? '', 'cluster')], {
      ...runAs.spawnAs,
      stdio: ['ignore', 'ignore', 'ignore', ...handed.stdio],
    });
    handed.close();
    const ended = once(orphan, 'exit');
    while ((serversIn(clusterAt(data)) ?? []).length < 3 && orphan.exitCode === null)
      await sleep(10);
    await start();
    await ended;
    expect(serversIn(clusterAt(data))).not.toContain(orphan.pid);
  });

  test('a shell whose working directory is its folder, which is left alone', async () => {
    const shell = spawn('sleep', ['60'], { cwd: clusterAt(data), stdio: 'ignore' });
    await start();
    expect(shell.exitCode ?? shell.signalCode).toBeNull();
    shell.kill();
  });

  test('an initdb that was killed half way', async () => {
    rmSync(path.join(data, 'postgres'), { recursive: true });
    const half = path.join(data, 'postgres.new-abcdef', 'cluster');
    mkdirSync(half, { recursive: true });
    writeFileSync(path.join(half, 'PG_VERSION'), '18\n');
    await start();
    expect(() => statSync(half)).toThrow();
  });

  test('a path that is too long for a socket, nor by the temporary folder of the start before', async () => {
    const deep = path.join(data, 'a'.repeat(90), 'b'.repeat(60));
    mkdirSync(deep, { recursive: true });
    const first = await start({ data: deep });
    const note = path.join(deep, 'postgres', 'socket-folder');
    const socketFolder = readFileSync(note, 'utf8').trim();
    await first.stop();
    const second = await start({ data: deep });
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(() => statSync(socketFolder)).toThrow();
    const last = readFileSync(note, 'utf8').trim();
    await second.stop();
    rmSync(last, { recursive: true });
  });

  test('a parent folder that is closed to the server’s own account', async () => {
    chmodSync(data, 0o700);
    const { url } = await start();
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

test('files of another major version are rejected with what to do', async () => {
  writeFileSync(path.join(clusterAt(data), 'PG_VERSION'), '17\n');
  await expect(start()).rejects.toThrow(/PostgreSQL 17.*backup/);
});

test('a broken setting of the operator’s own stops the start, with the end of the server’s log', async () => {
  writeFileSync(path.join(data, 'postgres', 'local.conf'), 'shared_buffers = lots\n');
  await expect(start()).rejects.toThrow(/local\.conf|shared_buffers/);
});

test('data survives a restart', async () => {
  const first = await start();
  await query(first.url, 'create table kept as select 42 as answer');
  await first.stop();
  const second = await start();
  expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('its buffers are small enough for a hub at rest', async () => {
  const { url } = await start();
  const [buffers] = await query(
    url,
    "select setting::int from pg_settings where name = 'shared_buffers'",
  );
  const PAGES_OF_1_GB = 131_072;
  expect(buffers?.['setting']).toBeLessThanOrEqual(PAGES_OF_1_GB);
});

describe('others have no access:', () => {
  test('the server listens on its private socket only, and not without the password', async () => {
    const { url } = await start();
    const socketFolder = decodeURIComponent(/host=([^&]*)/.exec(url)?.[1] ?? '');
    expect(statSync(socketFolder).mode & 0o777).toBe(0o700);
    expect(await query(url, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
    await expect(query(url.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toThrow('password');
    expect(statSync(path.join(data, 'postgres', 'password')).mode & 0o777).toBe(0o600);
  });

  test('the server’s log holds neither statements nor values', async () => {
    const { url } = await start();
    await query(url, 'create table people (name text primary key)');
    const insert = "insert into people values ('Marker Person')";
    await query(url, insert);
    await expect(query(url, insert)).rejects.toThrow('duplicate key');
    await expect(query(url, "select 'Marker Person'::int")).rejects.toThrow();
    const log = readFileSync(path.join(data, 'postgres', 'server.log'), 'utf8');
    expect(log).toContain('duplicate key');
    expect(log).not.toMatch(/Key \(name\)|insert into/);
  });
});

describe('durability', () => {
  test('is refused when the server does without fsync', async () => {
    const { url } = await start({ durable: false });
    const db = openDatabase({ url });
    await expect(assertDurable(db.owner)).rejects.toThrow(/fsync is off.*full_page_writes is off/);
    await db.end();
  });

  test('holds on the server that start brings up', async () => {
    const { url } = await start({ durable: true });
    const db = openDatabase({ url });
    await assertDurable(db.owner);
    await db.end();
  });
});
