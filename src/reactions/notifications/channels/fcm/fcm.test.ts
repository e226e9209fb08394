import { afterEach, beforeEach, expect, it } from 'vitest';
import { manualClock } from '../../../../platform/clock.ts';
import { createHttpClient, type HttpRequest } from '../../../../platform/net/http-client.ts';
import { type BenchServer, messageOf } from '../test-bench.ts';
import { TEST_NOW_MS, testDeps } from '../test-deps.ts';
import { plugin, serviceAccountOf } from './plugin.ts';
import { bench } from './test-bench.ts';

let server: BenchServer;
const scopes: string[] = [];
const clock = manualClock(TEST_NOW_MS);

beforeEach(async () => {
  server = await bench.start('');
  scopes.length = 0;
});
afterEach(() => server.close());

function open() {
  const http = createHttpClient({ keepAlive: false });
  const send = (request: HttpRequest) => {
    scopes.push(new URL(request.url).pathname);
    return http.send(request);
  };
  const deps = testDeps({ http: { ...http, send }, apiUrl: server.apiUrl, clock });
  return plugin.open(server.config, 'push', deps);
}

const tokenRequests = () => scopes.filter((path) => path === '/token').length;

it('asks for one token for many messages, however many wait for it', async () => {
  const channel = open();
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, () => channel.send(messageOf('push', bench.to))),
  );
  expect(outcomes.every(({ outcome }) => outcome === 'accepted')).toBe(true);
  expect(tokenRequests()).toBe(1);
});

it('asks for another when the token has run out', async () => {
  const channel = open();
  await channel.send(messageOf('push', bench.to));
  clock.advance(3_600_000 - 100_000);
  await channel.send(messageOf('push', bench.to));
  expect(tokenRequests()).toBe(1);
  clock.set(TEST_NOW_MS + 3_560_000);
  await channel.send(messageOf('push', bench.to));
  expect(tokenRequests()).toBe(2);
  clock.set(TEST_NOW_MS);
});

it('takes nothing for a key that is none', () => {
  for (const text of ['', '{}', '[]', '{"type":"authorized_user"}', 'null']) {
    expect(serviceAccountOf(text)).toBeNull();
    expect(plugin.configSchema.safeParse({ service_account: text }).success).toBe(false);
  }
});
