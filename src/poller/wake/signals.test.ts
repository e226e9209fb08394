import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createWakeSignals } from './signals.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Signals to a queue that is asked and does not answer by itself, and what it was asked. */
function signalsToSilence() {
  const asked: [string, number][] = [];
  const answers: (() => void)[] = [];
  const failed: string[] = [];
  const signals = createWakeSignals({
    queue: {
      wake: (key, atMs) => {
        asked.push([key, atMs]);
        return new Promise((resolve) => answers.push(resolve));
      },
    },
    onFailure: (error, accountId) => failed.push(`${accountId}: ${(error as Error).message}`),
  });
  return { signals, asked, answers, failed };
}

const ids = Array.from({ length: 17 }, (_, index) => `a${index}`);

test('a queue that does not answer is asked about few accounts at once, about others later', async () => {
  const { signals, asked, failed } = signalsToSilence();
  for (const id of ids) signals.send(id, 1);
  expect(asked.map(([id]) => id)).toEqual(ids.slice(0, 16));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked.map(([id]) => id)).toEqual(ids);
  expect(failed).toContain('a0: the queue did not answer within 10 s');
});

test('a queue that is silent is asked once in 10 s and reported once a minute, until it answers', async () => {
  const { signals, asked, answers, failed } = signalsToSilence();
  for (let passedMs = 0; passedMs < 600_000; passedMs += 5_000) {
    for (const id of ids) signals.send(id, 1);
    await vi.advanceTimersByTimeAsync(5_000);
  }
  expect(asked.length).toBeGreaterThan(60);
  expect(asked.length).toBeLessThanOrEqual(16 + 60);
  expect(failed.length).toBeGreaterThan(8);
  expect(failed.length).toBeLessThanOrEqual(10);
  const before = asked.length;
  answers[0]?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.length).toBe(before + 15);
});

test('of several signals of a waiting account the earliest is sent', async () => {
  const { signals, asked } = signalsToSilence();
  for (const id of ids.slice(0, 16)) signals.send(id, 1);
  for (const atMs of [30, 10, 20]) signals.send('b', atMs);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked.slice(16)).toEqual([['b', 10]]);
});

test('after the stop nothing is sent and no failure is reported', async () => {
  const { signals, asked, failed } = signalsToSilence();
  for (const id of ids) signals.send(id, 1);
  signals.stop();
  signals.send('b', 1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(16);
  expect(failed).toEqual([]);
});
