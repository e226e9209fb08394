import { expect, it } from 'vitest';
import type { EgressOutcome } from '../../../platform/net/egress.ts';
import { getJson, retryAfterMs } from './service-client.ts';

const URL = 'https://api.example.com/v2/trackers';

function answer(status: number, text = '{}', headers: Record<string, string> = {}): EgressOutcome {
  return { kind: 'answer', status, text, headers, truncated: false };
}

/** Reads from a service that answers so, one after the other; the last answer is repeated. */
async function read(...outcomes: readonly EgressOutcome[]) {
  const pauses: number[] = [];
  let calls = 0;
  const get = async () => {
    const outcome = outcomes[Math.min(calls, outcomes.length - 1)];
    calls += 1;
    if (outcome === undefined) throw new Error('no outcome');
    return outcome;
  };
  const deps = {
    egress: { get },
    pause: async (ms: number) => void pauses.push(ms),
    nowMs: () => 0,
  };
  const headers = { authorization: 'secret' };
  const result = await getJson(deps, URL, headers).catch((error: Error) => error.message);
  return { result, pauses, calls };
}

it('says at once what no repetition changes, without the key', async () => {
  for (const outcome of [
    answer(401),
    answer(404),
    answer(302),
    answer(200, '<html>'),
    { kind: 'refused', reason: 'address', detail: 'webhooks.useHttpsForLive' } as const,
  ]) {
    const { result, calls } = await read(outcome);
    expect(calls).toBe(1);
    expect(result).toMatch(/^https:\/\/api\.example\.com /);
    expect(result).not.toContain('secret');
  }
});

it('waits as long as the service asks, else longer each time, and gives up in the end', async () => {
  const slow = answer(429, '', { 'retry-after': '7' });
  const down = { kind: 'failed', reason: 'network', detail: 'ECONNRESET' } as const;
  const { result, pauses } = await read(slow, answer(503), down, answer(200, '{"a":1}'));
  expect([result, pauses]).toEqual([{ a: 1 }, [7_000, 2_000, 4_000]]);
  const never = await read(down);
  expect(never.result).toMatch(/did not answer after 10 tries: ECONNRESET/);
  expect(Math.max(...never.pauses)).toBeLessThanOrEqual(300_000);
  // After the last try, a pause would help nobody.
  expect(never.pauses).toHaveLength(9);
});

it('takes the time of a reset only from a 429, as AfterShip sends it with every answer', async () => {
  const down = answer(503, '', { 'x-ratelimit-reset': '0' });
  expect((await read(down, answer(200))).pauses).toEqual([1_000]);
});

it('a page that is too large is not read again: it would be as large', async () => {
  const large = { ...answer(200, '['.repeat(32 * 1024 * 1024)), truncated: true } as EgressOutcome;
  const { result, calls } = await read(large);
  expect([result, calls]).toEqual(['https://api.example.com sent a page of more than 32 MiB.', 1]);
});

it('a page that was cut off is read again', async () => {
  const cut: EgressOutcome = {
    kind: 'answer',
    status: 200,
    text: '[',
    headers: {},
    truncated: true,
  };
  expect((await read(cut, answer(200, '[1]'))).result).toEqual([1]);
});

it('reads each form of the pause', () => {
  const pauseOf = (headers: Record<string, string>, nowMs: number) =>
    retryAfterMs({ status: 429, headers }, nowMs);
  expect(pauseOf({ 'retry-after': '3' }, 0)).toBe(3_000);
  expect(pauseOf({ 'retry-after': 'Thu, 01 Jan 1970 00:00:09 GMT' }, 4_000)).toBe(5_000);
  expect(pauseOf({ 'x-ratelimit-reset': '10' }, 4_000)).toBe(6_000);
  expect(pauseOf({ 'x-ratelimit-reset': '1' }, 4_000)).toBe(0);
  expect(pauseOf({ 'retry-after': 'soon' }, 0)).toBeNull();
  expect(pauseOf({}, 0)).toBeNull();
});
