import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockFolder } from '../process/folder-lock.ts';
import {
  checkDataFolder,
  checkDiskSpace,
  checkListenQueue,
  checkMasterKey,
  checkNode,
  checkPort,
  checkPostgresPrograms,
  checkRedis,
} from './machine-checks.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-doctor-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['18.20.0', 'fail'],
  ['20.18.1', 'fail'],
  ['20.19.0', 'ok'],
  ['21.7.3', 'fail'],
  ['22.11.0', 'fail'],
  ['22.12.0', 'ok'],
  ['24.0.0', 'ok'],
])('Node.js %s: %s', (version, verdict) => {
  expect(checkNode(version).verdict).toBe(verdict);
});

describe('the data folder', () => {
  test('that is a file fails', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    expect(await checkDataFolder(file)).toMatchObject({ verdict: 'fail', fix: expect.any(String) });
  });

  test('that others may read is warned about, with the command that closes it', async () => {
    chmodSync(folder, 0o755);
    const fix = expect.stringContaining(`chmod 700 ${folder}`);
    expect(await checkDataFolder(folder)).toMatchObject({ verdict: 'warn', fix });
  });

  test('that is missing is not a fault, and is not created', async () => {
    const absent = path.join(folder, 'absent');
    expect((await checkDataFolder(absent)).verdict).toBe('ok');
    expect((await checkDataFolder(absent)).found).toContain('does not exist yet');
    expect(checkDiskSpace(absent).verdict).not.toBe(undefined);
  });

  test.each([
    [0, 'fail'],
    [0.4, 'fail'],
    [0.6, 'warn'],
    [1.9, 'warn'],
    [2.1, 'ok'],
  ])('on a disk with %d GiB free: %s', (free, verdict) => {
    expect(checkDiskSpace(folder, free * 1024 ** 3)).toMatchObject({ verdict });
  });

  test('that is in use is said to be, and by whom', async () => {
    const lock = await lockFolder(folder);
    expect((await checkDataFolder(folder)).found).toContain(`in use by process ${process.pid}`);
    lock.release();
  });
});

describe('the port', () => {
  test('that another program has fails, unless the hub itself runs', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await checkPort('127.0.0.1', port, false)).toMatchObject({
      verdict: 'fail',
      fix: expect.stringContaining(`PORT=${port + 1} npm start`),
    });
    expect(await checkPort('127.0.0.1', port, true)).toMatchObject({ verdict: 'ok' });
    await new Promise((resolve) => server.close(resolve));
    expect(await checkPort('127.0.0.1', port, false)).toMatchObject({ verdict: 'ok' });
  });

  test('on an address that is not this machine’s fails', async () => {
    expect(await checkPort('192.0.2.1', 8080, false)).toMatchObject({ verdict: 'fail' });
  });
});

describe('the master key', () => {
  test('that is unreadable fails and is not shown', () => {
    writeFileSync(path.join(folder, 'master-key'), 'hunter2', { mode: 0o600 });
    const finding = checkMasterKey({ text: null, file: null, data: folder });
    expect(finding.verdict).toBe('fail');
    expect(JSON.stringify(finding)).not.toContain('hunter2');
  });

  test('that others may read is warned about', () => {
    writeFileSync(path.join(folder, 'master-key'), '00'.repeat(32));
    chmodSync(path.join(folder, 'master-key'), 0o644);
    expect(checkMasterKey({ text: null, file: null, data: folder }).verdict).toBe('warn');
  });

  test('that is missing is not a fault, and is not created', () => {
    const source = { text: null, file: null, data: folder };
    expect(checkMasterKey(source).found).toContain('does not exist yet');
    expect(checkMasterKey(source).found).toContain('does not exist yet');
  });

  test('given by setting is named by its id only', () => {
    const text = 'ab'.repeat(32);
    const finding = checkMasterKey({ text, file: null, data: folder });
    expect(finding.verdict).toBe('ok');
    expect(finding.found).not.toContain(text);
  });
});

test('PostgreSQL’s programs run', async () => {
  expect((await checkPostgresPrograms(folder)).verdict).not.toBe('fail');
});

describe('Redis', () => {
  const place = { redisPrivate: true, databaseUrl: null, data: '/nowhere', searchPath: '' };

  test('that REDIS_URL names and that does not answer fails, without its password', async () => {
    const finding = await checkRedis({ ...place, redisUrl: 'redis://:hunter2@127.0.0.1:1' });
    expect(finding.verdict).toBe('fail');
    expect(JSON.stringify(finding)).not.toContain('hunter2');
  });

  test('that is missing is not a fault, and the finding names the substitute', async () => {
    const finding = await checkRedis({ ...place, redisUrl: null });
    expect(finding).toMatchObject({ verdict: 'ok', found: expect.stringContaining('PostgreSQL') });
  });
});

test.each([
  ['128\n', 'warn'],
  ['4096\n', 'ok'],
])('a queue of %j connections: %s', (text, verdict) => {
  const file = path.join(folder, 'somaxconn');
  expect(checkListenQueue(file).verdict).toBe('ok');
  writeFileSync(file, text);
  expect(checkListenQueue(file).verdict).toBe(verdict);
});
