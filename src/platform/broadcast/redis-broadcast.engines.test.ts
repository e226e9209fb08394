import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findRedisProgram } from '../redis/program.ts';
import { openRedis, type RedisServer } from '../redis/redis.ts';
import { openRedisBroadcast } from './redis-broadcast.ts';
import { expectBroadcast } from './test-broadcast.ts';

const PATH = process.env['PATH'] ?? '';
const program = await findRedisProgram(PATH);
if (program === null) process.stderr.write('SKIPPED: no redis-server on the PATH\n');

describe.skipIf(program === null)('words between processes by Redis', () => {
  let data: string;
  let server: RedisServer;
  beforeAll(async () => {
    data = mkdtempSync(path.join(os.tmpdir(), 'waybill-broadcast-'));
    const place = { redisUrl: null, redisPrivate: true, databaseUrl: null, data, searchPath: PATH };
    const started = await openRedis({ place });
    if (started === null) throw new Error('a server was expected');
    server = started;
  });
  afterAll(async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('reach the others, in order, and not oneself', async () => {
    const open = () => {
      const options = { address: server.address, channel: 'waybill-test:{places}' };
      const broadcast = openRedisBroadcast({ ...options, onError: () => {} });
      const received: (string | null)[] = [];
      broadcast.on((text) => received.push(text));
      return { broadcast, received };
    };
    const [one, two] = [open(), open()];
    // Null says that the process is listening now.
    await vi.waitFor(() => expect([one.received, two.received]).toEqual([[null], [null]]), {
      timeout: 20_000,
    });
    await expectBroadcast(one.broadcast, two.broadcast);
    await one.broadcast.close();
  });
});
