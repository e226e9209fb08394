import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileTables } from '../hazard/compile.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import { adaptivePolicy } from '../policy/adaptive.ts';
import { planTarget } from './plan-target.ts';
import type { Plan } from './schedule.ts';
import { dueTarget, NOW_MS, target } from './test-target.ts';

const MINUTE_MS = 60_000;
const tables = compileTables(SHIPPED_PRIOR);
const spend = { price: 0.07, ceilingS: 6 * 3_600, floorS: 300 };
const plan: Plan = { policy: adaptivePolicy(tables), tables, spend };
const paused: Plan = { ...plan, parcelPauseS: 3_600 };

it('polls no parcel again before its carrier’s pause has passed, whatever asks for it', () => {
  const minutesAgo = fc.integer({ min: 0, max: 90 });
  const requestedAt = fc.option(fc.constant(NOW_MS));
  const recheckAt = fc.option(fc.constant(NOW_MS + MINUTE_MS), { nil: undefined });
  const failures = fc.integer({ min: 0, max: 3 });
  fc.assert(
    fc.property(dueTarget, minutesAgo, requestedAt, recheckAt, failures, (due, ago, ...rest) => {
      const [refreshRequestedAtMs, recheckAtMs, failed] = rest;
      const lastPolledAtMs = NOW_MS - ago * MINUTE_MS;
      const polled = { ...due, lastPolledAtMs, refreshRequestedAtMs, failures: failed };
      const options = recheckAtMs === undefined ? {} : { recheckAtMs };
      const { dueAtMs } = planTarget(polled, NOW_MS, paused, options);
      const freeAtMs = lastPolledAtMs + 60 * MINUTE_MS;
      expect(freeAtMs <= NOW_MS || dueAtMs >= freeAtMs).toBe(true);
    }),
  );
});

it('polls a refreshed parcel at once if its carrier names no pause', () => {
  const polled = target({ lastPolledAtMs: NOW_MS - MINUTE_MS, refreshRequestedAtMs: NOW_MS });
  expect(planTarget(polled, NOW_MS, plan).dueAtMs).toBe(NOW_MS);
  expect(planTarget(polled, NOW_MS, paused).dueAtMs).toBe(NOW_MS + 59 * MINUTE_MS);
});
