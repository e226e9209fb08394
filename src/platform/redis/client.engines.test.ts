import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Engine, startEngine, whyNoPrograms } from '../../../test/support/engines.ts';
import { openRedisPlaces } from '../../fleet/positions/places/redis-places.ts';
import { openRedisBroadcast } from '../broadcast/redis-broadcast.ts';
import { systemClock } from '../clock.ts';
import { createLog } from '../observability/log.ts';
import { openWakeQueue } from '../queue/queue.ts';
import { openRedisClient, type RedisAddress, type RedisClient } from './client.ts';
import { whyNoAnswer } from './program.ts';

const PROGRAMS = ['redis-server', 'redis-cli', 'setsid'];
const WAIT = { timeout: 90_000, interval: 100 };

interface Case {
  readonly script: string;
  readonly addressOf: (engine: Engine) => RedisAddress;
  /** The name of the member that starts as a master. */
  readonly master: string;
}

const CASES: readonly Case[] = [
  {
    script: 'redis-cluster',
    addressOf: ({ urls }) => ({ url: urls['seeds'] ?? '' }),
    master: 'node1',
  },
  {
    script: 'redis-sentinel',
    addressOf: ({ urls }) => ({ url: urls['sentinels'] ?? '', sentinelName: 'main' }),
    master: 'redis1',
  },
];

describe.each(CASES)('$script', ({ script, addressOf, master }) => {
  const missing = whyNoPrograms(script, PROGRAMS);
  if (missing !== null) process.stderr.write(`SKIPPED: ${script}: ${missing}\n`);

  describe.skipIf(missing !== null)('serves all that uses Redis', () => {
    let engine: Engine;
    let address: RedisAddress;
    let client: RedisClient;
    beforeAll(() => {
      engine = startEngine(script, {});
      address = addressOf(engine);
      client = openRedisClient(address, { maxRetriesPerRequest: 1, retryStrategy: () => 100 });
      client.on('error', () => {});
    });
    afterAll(() => {
      client?.disconnect();
      engine?.stop();
    });

    test('answers, and stores', async () => {
      expect(await whyNoAnswer(address)).toBeNull();
      for (let index = 0; index < 20; index += 1) await client.set(`key ${index}`, `${index}`);
      expect(await client.get('key 19')).toBe('19');
    });

    test('wakes by the queue', async () => {
      const queue = await openWakeQueue({
        name: 'poller',
        redis: { address },
        databaseUrl: '',
        namespace: 'test',
        clock: systemClock,
        log: createLog({ level: 'silent' }),
      });
      const woken: string[] = [];
      await queue.start(async (key) => void woken.push(key), { concurrency: 2 });
      for (const key of ['a', 'b', 'c']) await queue.wake(key, systemClock.nowMs());
      await vi.waitFor(() => expect([...new Set(woken)].sort()).toEqual(['a', 'b', 'c']), WAIT);
      await queue.stop();
    });

    test('retains places, notifies others, and does both again when a master was killed', async () => {
      const places = openRedisPlaces({ address, namespace: 'test', onError: () => {} });
      const [one, two] = [1, 2].map(() =>
        openRedisBroadcast({ address, channel: 'waybill-test:{places}', onError: () => {} }),
      );
      const received: (string | null)[] = [];
      two?.on((text) => received.push(text));
      // Null says that the process is listening now.
      await vi.waitFor(() => expect(received).toContain(null), WAIT);
      const at = (s: number) => ({
        courierId: 'a',
        tenant: { merchantId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80', mode: 'live' as const },
        position: {
          atMs: 1_773_144_000_000 + s * 1_000,
          lat: 0,
          lng: 0,
          accuracyM: null,
          speedKmh: null,
          heading: null,
          battery: null,
        },
      });
      let s = 0;
      const shows = async () => {
        s += 10;
        expect(await places.take([at(s)], 0)).toEqual(['shown']);
        const near = await places.near(at(s).tenant, { lat: 0, lng: 0 }, { radiusM: 9, limit: 5 });
        expect(near.map(({ courierId }) => courierId)).toEqual(['a']);
      };
      await shows();
      engine.kill(master);
      await vi.waitFor(shows, WAIT);
      await vi.waitFor(() => {
        one?.send(`word ${s}`);
        expect(received).toContain(`word ${s}`);
      }, WAIT);
      await vi.waitFor(async () => {
        for (let index = 0; index < 20; index += 1) await client.set(`key ${index}`, 'again');
      }, WAIT);
      await Promise.all([one?.close(), two?.close(), places.close()]);
    });
  });
});
