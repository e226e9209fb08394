import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Engine, startEngine, whyNoPrograms } from '../../../test/support/engines.ts';
import type { RedisAddress } from '../redis/client.ts';
import { findRedisProgram } from '../redis/program.ts';
import { openRedis, type RedisServer } from '../redis/redis.ts';
import { openRedisRates, type RedisRates } from './redis-rates.ts';
import { describeSharedRates } from './test-shared-rates.ts';

const PATH = process.env['PATH'] ?? '';
const PATIENCE = { timeout: 90_000, interval: 100 };
const program = await findRedisProgram(PATH);
if (program === null) process.stderr.write('SKIPPED: rate limits in Redis: none on the PATH\n');

const opened: RedisRates[] = [];
let namespaces = 0;
afterAll(() => {
  for (const rates of opened) rates.close();
});

function open(address: RedisAddress, namespace: string): RedisRates {
  const rates = openRedisRates({ address, namespace, onError: () => {} });
  opened.push(rates);
  return rates;
}

/** Both are connected before a test begins, so that no request is uncounted. */
async function openTwo(address: RedisAddress): Promise<readonly [RedisRates, RedisRates]> {
  namespaces += 1;
  const two = [open(address, `test-${namespaces}`), open(address, `test-${namespaces}`)] as const;
  for (const rates of two) await vi.waitFor(() => expectsAnswer(rates), PATIENCE);
  return two;
}

async function expectsAnswer(rates: RedisRates): Promise<void> {
  const none = { limiter: 'none', client: 'nobody', tokens: 0, burst: 1, perS: 1 };
  expect(await rates.charge(none)).not.toBeNull();
}

describe.skipIf(program === null)('in one Redis', () => {
  let data: string;
  let server: RedisServer;
  beforeAll(async () => {
    data = mkdtempSync(path.join(os.tmpdir(), 'waybill-rates-'));
    const place = { redisUrl: null, redisPrivate: true, databaseUrl: null, data, searchPath: PATH };
    const started = await openRedis({ place });
    if (started === null) throw new Error('a server was expected');
    server = started;
  }, PATIENCE.timeout);
  afterAll(async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
  });

  describeSharedRates(() => openTwo(server.address));
});

it.skipIf(program === null)(
  'an unavailable Redis yields null without waiting, and is used again when it is back',
  async () => {
    const data = mkdtempSync(path.join(os.tmpdir(), 'waybill-rates-'));
    const place = { redisUrl: null, redisPrivate: true, databaseUrl: null, data, searchPath: PATH };
    const start = async (): Promise<RedisServer> => {
      const server = await openRedis({ place });
      if (server === null) throw new Error('a server was expected');
      return server;
    };
    let server = await start();
    try {
      const [rates] = await openTwo(server.address);
      const charge = { limiter: 'keys', client: 'a', tokens: 1, burst: 5, perS: 1e-6 };
      await server.stop();
      await vi.waitFor(async () => expect(await rates.charge(charge)).toBeNull(), PATIENCE);
      expect(await rates.charge(charge)).toBeNull();
      server = await start();
      await vi.waitFor(async () => expect(await rates.charge(charge)).not.toBeNull(), PATIENCE);
    } finally {
      await server.stop();
      rmSync(data, { recursive: true, force: true });
    }
  },
  3 * PATIENCE.timeout,
);

const noCluster = whyNoPrograms('redis-cluster', ['redis-server', 'redis-cli', 'setsid']);
if (noCluster !== null) process.stderr.write(`SKIPPED: rate limits in a cluster: ${noCluster}\n`);

describe.skipIf(noCluster !== null)('in a Redis Cluster', () => {
  let engine: Engine;
  beforeAll(() => {
    engine = startEngine('redis-cluster', {});
  }, PATIENCE.timeout);
  afterAll(() => engine?.stop());
  const address = () => ({ url: engine.urls['seeds'] ?? '' });

  describeSharedRates(() => openTwo(address()));

  it(
    'go on when a master is killed: no answer waits, and clients are counted again',
    async () => {
      const [rates] = await openTwo(address());
      engine.kill('node1');
      const clients = Array.from({ length: 30 }, (_, index) => `client ${index}`);
      const charge = { limiter: 'keys', tokens: 0, burst: 5, perS: 1e-6 };
      // One by one: the first that reaches the dead master makes the others skip it for a second.
      await vi.waitFor(async () => {
        for (const client of clients) {
          expect([client, await rates.charge({ ...charge, client })]).toEqual([client, 5]);
        }
      }, PATIENCE);
    },
    2 * PATIENCE.timeout,
  );
});
