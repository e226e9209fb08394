import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAlive } from '../postgres/processes.ts';
import { findRedisProgram, isNewEnough, readVersion, redisFolder } from './program.ts';
import { chooseRedis, openRedis, type RedisPlace, type RedisServer } from './redis.ts';

const PATH = process.env.PATH ?? '';
const program = await findRedisProgram(PATH);
if (program === null) process.stderr.write('SKIPPED: no redis-server on the PATH\n');

let data: string;
beforeEach(() => {
  data = mkdtempSync(path.join(os.tmpdir(), 'waybill-redis-test-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

function place(over: Partial<RedisPlace> = {}): RedisPlace {
  const defaults = { redisUrl: null, redisPrivate: true, databaseUrl: null };
  return { ...defaults, data, searchPath: PATH, ...over };
}

async function opened(): Promise<RedisServer> {
  const server = await openRedis({ place: place() });
  if (server === null) throw new Error('a server was expected');
  return server;
}

function clientOf(server: RedisServer): Redis {
  if (!('path' in server.address)) throw new Error('a socket was expected');
  return new Redis({ path: server.address.path });
}

describe('which Redis is used', () => {
  test('none without a program on the PATH, when it is off, or beside a shared database', async () => {
    expect(await chooseRedis(place({ searchPath: data }))).toMatchObject({ use: 'none' });
    expect(await chooseRedis(place({ redisPrivate: false }))).toMatchObject({ use: 'none' });
    const shared = await chooseRedis(place({ databaseUrl: 'postgresql://db/x' }));
    expect(shared).toMatchObject({ use: 'none', why: expect.stringContaining('REDIS_URL') });
  });

  test('REDIS_URL comes before everything else', async () => {
    const redisUrl = 'redis://127.0.0.1:1';
    expect(await chooseRedis(place({ redisUrl, redisPrivate: false }))).toEqual({
      use: 'external',
      url: redisUrl,
      sentinelName: null,
    });
  });

  test.each([
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0', '7.0.15', true],
    ['Valkey server v=8.1.0-rc1 sha=1:0', '8.1.0-rc1', true],
    ['Redis server v=6.0.16 sha=0', '6.0.16', false],
    ['Redis server v=6.2.0 sha=0', '6.2.0', true],
  ])('"%s" is version %s', (said, version, usable) => {
    expect(readVersion(said)).toBe(version);
    expect(isNewEnough(version)).toBe(usable);
  });
});

describe.skipIf(program === null)('a private server', () => {
  test('is reached by its socket alone, in folders closed to others, and keeps its data', async () => {
    const first = await opened();
    const client = clientOf(first);
    await client.set('kept', 'yes');
    expect(await client.config('GET', 'port')).toEqual(['port', '0']);
    const folder = redisFolder(data);
    for (const at of [folder, path.join(folder, 'run')]) {
      expect(statSync(at).mode & 0o077).toBe(0);
    }
    client.disconnect();
    const pid = first.pid() ?? 0;
    await first.stop();
    expect(isAlive(pid)).toBe(false);

    const second = await opened();
    const again = clientOf(second);
    expect(await again.get('kept')).toBe('yes');
    again.disconnect();
    await second.stop();
  });

  test('is started again when it ends by itself', async () => {
    const events: string[] = [];
    let back = (): void => {};
    const restarted = new Promise<void>((resolve) => {
      back = resolve;
    });
    const server = await openRedis({
      place: place(),
      onEvent: ({ kind }) => {
        events.push(kind);
        if (kind === 'restarted') back();
      },
    });
    const pid = server?.pid() ?? 0;
    process.kill(pid, 'SIGKILL');
    await restarted;
    expect(events).toEqual(['ended', 'restarted']);
    expect(server?.pid()).not.toBe(pid);
    await server?.stop();
  });

  test('takes over from one that a killed hub has left on the same files', async () => {
    const folder = redisFolder(data);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = program?.file ?? '';
    const left = spawn(file, ['--port', '0', '--unixsocket', 'left.sock', '--dir', folder], {
      stdio: 'pipe',
    });
    const ended = new Promise((resolve) => left.once('exit', resolve));
    await new Promise<void>((resolve) => {
      left.stdout.on('data', (text: Buffer) => {
        if (text.includes('eady to accept')) resolve();
      });
    });
    const server = await opened();
    await ended;
    expect(isAlive(server.pid() ?? 0)).toBe(true);
    await server.stop();
  });

  test('in a folder whose path is too long for a socket has it elsewhere, and leaves nothing', async () => {
    const deep = path.join(data, 'a'.repeat(100));
    mkdirSync(deep);
    const server = await openRedis({ place: place({ data: deep }) });
    if (server === null || !('path' in server.address)) throw new Error('a socket was expected');
    const folder = path.dirname(server.address.path);
    expect(statSync(folder).mode & 0o077).toBe(0);
    await server.stop();
    const next = await openRedis({ place: place({ data: deep }) });
    expect(existsSync(folder)).toBe(false);
    await next?.stop();
    if (next !== null && 'path' in next.address)
      rmSync(path.dirname(next.address.path), { recursive: true });
  });
});
