import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { manualClock } from '../platform/clock.ts';
import type { EgressOutcome } from '../platform/net/egress.ts';
import { createLog } from '../platform/observability/log.ts';
import { createPublicKeys } from './public-keys.ts';

const URL = 'https://keys.example/jwks';
const MINUTE_MS = 60_000;
const one = key('one');
const two = key('two');

function key(kid: string) {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    jwk: { ...publicKey.export({ format: 'jwk' }), kid },
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

function answer(keys: readonly unknown[], status = 200): EgressOutcome {
  return { kind: 'answer', status, headers: {}, text: JSON.stringify({ keys }), truncated: false };
}

/** Public keys at a URL whose answer a test can change, with the number of requests so far. */
function served(first: EgressOutcome) {
  const clock = manualClock(0);
  const server = { answer: first, requests: 0 };
  const keys = createPublicKeys({
    egress: {
      async get() {
        server.requests += 1;
        return server.answer;
      },
    },
    clock,
    log: createLog({ level: 'silent' }),
  });
  return { keys, clock, server };
}

it('selects a key by its id, and fetches the set once for any number of webhooks', async () => {
  const { keys, server } = served(answer([one.jwk, { kid: 'odd', kty: 'none' }, 'odd', two.jwk]));
  const found = await Promise.all(['one', 'two', 'one'].map((id) => keys.find([URL], id)));
  expect(found).toEqual([[one.pem], [two.pem], [one.pem]]);
  expect(await keys.find([URL], 'odd')).toEqual([]);
  expect(server.requests).toBe(1);
});

it('fetches the set again for an unknown key id, at most once a minute', async () => {
  const { keys, server, clock } = served(answer([one.jwk]));
  await keys.find([URL], 'one');
  server.answer = answer([one.jwk, two.jwk]);
  clock.advance(MINUTE_MS - 1);
  expect(await keys.find([URL], 'two')).toEqual([]);
  clock.advance(1);
  expect(await keys.find([URL], 'two')).toEqual([two.pem]);
  for (const id of ['three', 'four', 'five']) expect(await keys.find([URL], id)).toEqual([]);
  expect(server.requests).toBe(2);
});

it('drops a withdrawn key within an hour', async () => {
  const { keys, server, clock } = served(answer([one.jwk, two.jwk]));
  await keys.find([URL], 'one');
  server.answer = answer([one.jwk]);
  clock.advance(60 * MINUTE_MS);
  expect(await keys.find([URL], 'two')).toEqual([]);
  expect(await keys.find([URL], 'one')).toEqual([one.pem]);
});

it.each<[string, EgressOutcome]>([
  ['an error', answer([two.jwk], 503)],
  ['no answer', { kind: 'failed', reason: 'timeout', detail: 'ETIMEDOUT' }],
  ['a refused address', { kind: 'refused', reason: 'address', detail: 'webhooks.useHttps' }],
  ['no key set', { ...answer([]), text: '<html>' } as EgressOutcome],
])('keeps the known keys after %s', async (_what, outcome) => {
  const { keys, server, clock } = served(answer([one.jwk]));
  await keys.find([URL], 'one');
  server.answer = outcome;
  clock.advance(MINUTE_MS);
  expect(await keys.find([URL], 'two')).toEqual([]);
  expect(await keys.find([URL], 'one')).toEqual([one.pem]);
  expect(server.requests).toBe(2);
});

it('is unavailable until a set could be read, and tries again after a minute', async () => {
  const { keys, server, clock } = served(answer([], 503));
  expect(await keys.find([URL], 'one')).toBe('unavailable');
  server.answer = answer([one.jwk]);
  clock.advance(MINUTE_MS - 1);
  expect(await keys.find([URL], 'one')).toBe('unavailable');
  clock.advance(1);
  expect(await keys.find([URL], 'one')).toEqual([one.pem]);
});

it('tries again a minute after a failed refresh, and uses no set after two hours', async () => {
  const { keys, server, clock } = served(answer([one.jwk]));
  await keys.find([URL], 'one');
  server.answer = answer([], 503);
  clock.advance(60 * MINUTE_MS);
  expect(await keys.find([URL], 'one')).toEqual([one.pem]);
  clock.advance(MINUTE_MS);
  expect(await keys.find([URL], 'one')).toEqual([one.pem]);
  expect(server.requests).toBe(3);
  clock.advance(59 * MINUTE_MS);
  expect(await keys.find([URL], 'one')).toBe('unavailable');
});

it('reads a file, and several sources', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-keys-'));
  const path = join(folder, 'jwks.json');
  writeFileSync(path, JSON.stringify({ keys: [two.jwk] }));
  const { keys } = served(answer([one.jwk]));
  const sources = [`file:${path}`, URL, `file:${folder}/absent.json`];
  expect(await keys.find(sources, 'two')).toEqual([two.pem]);
  expect(await keys.find(sources, 'one')).toEqual([one.pem]);
  expect(await keys.find(sources, 'three')).toBe('unavailable');
  rmSync(folder, { recursive: true });
});

it.each([
  ['a-secret-of-a-merchant', 'no URL'],
  ['https://keys.test/set?token=a-secret-of-a-merchant', 'https://keys.test'],
])('logs nothing secret about a source that cannot be read: %s', async (source, shown) => {
  const lines: string[] = [];
  const keys = createPublicKeys({
    egress: { get: async () => answer([], 503) },
    clock: manualClock(0),
    log: createLog({
      level: 'warn',
      destination: { write: (line: string) => void lines.push(line) },
    }),
  });
  await keys.find([source], 'any');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ source: shown });
  expect(lines[0]).not.toContain('a-secret-of-a-merchant');
});
