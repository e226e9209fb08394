import { expect, it } from 'vitest';
import { manualClock } from '../../../platform/clock.ts';
import type { RoundsToPlan } from '../../dispatch/index.ts';
import type { DonePlan } from './plan-task.ts';
import { createPlanner } from './planner.ts';

const NOTHING: RoundsToPlan = { stops: [], vehicles: [], swapS: 0 };
const HOW = { by: 'van', atMs: 0, forMs: 10 } as const;

it('runs two plans at once, queues six, and rejects the rest', async () => {
  const ends: (() => void)[] = [];
  let most = 0;
  const planner = createPlanner({
    clock: manualClock(0),
    travel: async () => null,
    run: () =>
      new Promise<DonePlan>((resolve) => {
        const plan = { rounds: [], unmet: [] };
        ends.push(() =>
          resolve({ plan, solver: 'own', warning: null, vroomReason: null, isAway: false }),
        );
        most = Math.max(most, ends.length);
      }),
  });
  const plans = Array.from({ length: 10 }, () => planner.plan(NOTHING, HOW));
  const kinds = plans.map((each) => each.then(({ kind }) => kind));
  expect(await Promise.all(kinds.slice(8))).toEqual(['busy', 'busy']);
  expect(most).toBe(2);
  for (let index = 0; index < 8; index += 1) {
    await expect.poll(() => ends.length, { timeout: 60_000 }).toBeGreaterThan(0);
    ends.shift()?.();
  }
  expect(await Promise.all(kinds.slice(0, 8))).toEqual(new Array(8).fill('planned'));
  expect(most).toBe(2);
});

it('frees its slot when planning fails', async () => {
  const planner = createPlanner({
    clock: manualClock(0),
    travel: async () => {
      throw new Error('no streets');
    },
  });
  for (let index = 0; index < 5; index += 1) {
    await expect(planner.plan(NOTHING, HOW)).rejects.toThrow('no streets');
  }
});

it('does not call a VROOM that hangs for 30 s, and says so', async () => {
  const clock = manualClock(0);
  const plans: boolean[] = [];
  const received: string[] = [];
  const planner = createPlanner({
    clock,
    vroom: { url: 'http://127.0.0.1:1', timeoutMs: 5_000 },
    travel: async () => null,
    onWarning: (warning) => received.push(warning),
    run: async ({ vroom }) => {
      plans.push(vroom !== null);
      const warning = vroom === null ? null : 'VROOM was not used: it does not answer in time.';
      const plan = { rounds: [], unmet: [] };
      return { plan, solver: 'own', warning, vroomReason: null, isAway: vroom !== null };
    },
  });
  const warned = async () => {
    const outcome = await planner.plan(NOTHING, HOW);
    return outcome.kind === 'planned' ? outcome.warning : outcome.kind;
  };
  const inTime = 'VROOM was not used: it does not answer in time.';
  const rests = 'VROOM was not asked: it gave no answer within the last 30 s.';
  expect(await warned()).toBe(inTime);
  expect(await warned()).toBe(rests);
  clock.advance(29_999);
  expect(await warned()).toBe(rests);
  clock.advance(1);
  expect(await warned()).toBe(inTime);
  expect(plans).toEqual([true, false, false, true]);
  expect(received).toEqual([inTime, rests, rests, inTime]);
});
