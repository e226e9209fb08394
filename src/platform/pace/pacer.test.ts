import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemWait } from '../clock.ts';
import { createPacer, SHARE_MAX, SHARE_MIN } from './pacer.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function done<T>(work: Promise<T>): Promise<T> {
  await vi.runAllTimersAsync();
  return work;
}

/** A hub whose commits take this long during a rest, and during a sweep. */
function hubWhere(restingMs: number, workingMs: number) {
  const eachMs = 5;
  let isWorking = false;
  let isStopping = false;
  let workedMs = 0;
  const rests: number[] = [];
  const sizes: number[] = [];
  const pacer = createPacer({
    async commit() {
      // The concurrent batch has begun by now.
      await Promise.resolve();
      if (isWorking && workingMs === Number.POSITIVE_INFINITY) throw new Error('no disk');
      await systemWait(isWorking ? workingMs : restingMs);
    },
    isStopping: () => isStopping,
    wait: (ms) => {
      rests.push(ms);
      return systemWait(ms);
    },
  });
  return {
    pacer,
    rests,
    sizes,
    get busy() {
      return workedMs / performance.now();
    },
    stop: () => {
      isStopping = true;
    },
    sweep(left: number, max = 20) {
      let rest = left;
      const step = async (limit: number) => {
        isWorking = true;
        const count = Math.min(limit, rest);
        rest -= count;
        sizes.push(limit);
        workedMs += count * eachMs;
        await systemWait(count * eachMs);
        isWorking = false;
        return count;
      };
      return done(pacer.inBatches(step, { max }));
    },
  };
}

it('takes all there is, in batches that take a moment each', async () => {
  const hub = hubWhere(1, 1);
  expect(await hub.sweep(200)).toBe(200);
  expect(hub.sizes[0]).toBe(4);
  expect(new Set(hub.sizes.slice(3))).toEqual(new Set([5]));
  expect(hub.pacer.share).toBe(SHARE_MAX);
});

it('neither commits nor rests where nothing is to go', async () => {
  const hub = hubWhere(1, 1);
  expect(await hub.sweep(0)).toBe(0);
  expect(hub.rests).toEqual([]);
  expect(hub.sizes).toEqual([4]);
});

it('rests nearly all the time where others wait for it, and still makes progress', async () => {
  const hub = hubWhere(10, 200);
  expect(await hub.sweep(300)).toBe(300);
  expect(hub.pacer.share).toBe(SHARE_MIN);
  expect(hub.busy).toBeLessThan(0.1);
  expect(hub.busy).toBeGreaterThan(0.005);
});

it('takes a commit that fails for one that took long', async () => {
  const hub = hubWhere(10, Number.POSITIVE_INFINITY);
  expect(await hub.sweep(300)).toBe(300);
  expect(hub.pacer.share).toBe(SHARE_MIN);
});

it('rests no more when it is to stop', async () => {
  const hub = hubWhere(10, 200);
  await hub.sweep(100);
  const before = hub.rests.length;
  hub.stop();
  expect(await hub.sweep(100)).toBe(100);
  expect(hub.rests).toHaveLength(before);
});

it('ends where it may not go on', async () => {
  const { pacer } = hubWhere(1, 1);
  let steps = 0;
  const step = async (limit: number) => {
    steps += 1;
    return limit;
  };
  const paced = pacer.inBatches(step, { max: 10, first: 10, mayGoOn: () => steps < 3 });
  expect(await done(paced)).toBe(30);
});
