import { expect, it } from 'vitest';
import { createPace } from './pace.ts';

/** A clock that only resting moves, and an inbox. */
function machine(isBusy: () => boolean) {
  let nowMs = 0;
  let checks = 0;
  const rests: number[] = [];
  const pace = createPace({
    isBusy: async () => {
      checks += 1;
      return isBusy();
    },
    wait: async (ms) => {
      rests.push(ms);
      nowMs += ms;
    },
    elapsedMs: () => nowMs,
  });
  const work = async (ms: number) => {
    nowMs += ms;
    await pace.rest(ms);
    return rests.at(-1) ?? 0;
  };
  return { work, checks: () => checks };
}

it('a job goes nearly at full speed while nobody waits', async () => {
  const { work } = machine(() => false);
  for (let n = 0; n < 10; n += 1) expect(await work(100)).toBeLessThan(10);
});

it('a job takes a fifth of the time while pushes wait, and for a while after', async () => {
  let busy = true;
  const { work } = machine(() => busy);
  expect(await work(100)).toBe(400);
  busy = false;
  expect(await work(100)).toBe(400);
  for (let n = 0; n < 6; n += 1) await work(100);
  expect(await work(100)).toBeLessThan(10);
});

it('checks the inbox a few times a second, however small the steps are', async () => {
  const { work, checks } = machine(() => false);
  for (let n = 0; n < 1_000; n += 1) await work(1);
  expect(checks()).toBeLessThan(8);
});

it('never pauses for long after a step prolonged by a stall', async () => {
  const { work } = machine(() => true);
  expect(await work(60_000)).toBe(1_000);
});
