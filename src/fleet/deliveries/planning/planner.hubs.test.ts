import { expect, it } from 'vitest';
import { systemClock } from '../../../platform/clock.ts';
import { createPlanner } from './planner.ts';

const DEPOT = { lat: 53.55, lng: 9.99 };

it('plans in a process of its own', async () => {
  const planner = createPlanner({ clock: systemClock, travel: async () => null });
  const stop = { fromS: null, toS: null, serviceS: 60, parcels: 1, weightG: 0 };
  const free = { fixedTo: null, planned: null, locked: false };
  const at = (east: number) => ({ ...stop, ...free, at: { ...DEPOT, lng: DEPOT.lng + east } });
  const vehicle = { start: DEPOT, end: null, departsS: 0, backByS: null };
  const outcome = await planner.plan(
    {
      stops: [at(0.03), at(0.01), at(0.02)],
      vehicles: [{ ...vehicle, capacity: { parcels: null, weightG: null } }],
      swapS: 0,
    },
    { by: 'van', atMs: 0, forMs: 50 },
  );
  expect(outcome).toMatchObject({
    kind: 'planned',
    roads: false,
    plan: { unmet: [], rounds: [{ calls: [{ stop: 1 }, { stop: 2 }, { stop: 0 }] }] },
  });
});
