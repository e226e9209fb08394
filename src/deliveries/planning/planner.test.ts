import { expect, it } from 'vitest';
import type { RoundsToPlan } from '../../dispatch/index.ts';
import type { DonePlan } from './plan-task.ts';
import { createPlanner } from './planner.ts';

const NOTHING: RoundsToPlan = { stops: [], vehicles: [], swapS: 0 };
const HOW = { by: 'van', atMs: 0, forMs: 10 } as const;

it('plans two at once, lets six wait, and turns away the rest', async () => {
  const ends: (() => void)[] = [];
  let most = 0;
  const planner = createPlanner({
    travel: async () => null,
    run: () =>
      new Promise<DonePlan>((resolve) => {
        const plan = { rounds: [], unmet: [] };
        ends.push(() => resolve({ plan, solver: 'own', warning: null }));
        most = Math.max(most, ends.length);
      }),
  });
  const asked = Array.from({ length: 10 }, () => planner.plan(NOTHING, HOW));
  const kinds = asked.map((each) => each.then(({ kind }) => kind));
  expect(await Promise.all(kinds.slice(8))).toEqual(['busy', 'busy']);
  expect(most).toBe(2);
  for (let nr = 0; nr < 8; nr += 1) {
    await expect.poll(() => ends.length, { timeout: 60_000 }).toBeGreaterThan(0);
    ends.shift()?.();
  }
  expect(await Promise.all(kinds.slice(0, 8))).toEqual(new Array(8).fill('planned'));
  expect(most).toBe(2);
});

it('gives its place away when planning fails', async () => {
  const planner = createPlanner({
    travel: async () => {
      throw new Error('no streets');
    },
  });
  for (let nr = 0; nr < 5; nr += 1) {
    await expect(planner.plan(NOTHING, HOW)).rejects.toThrow('no streets');
  }
});
