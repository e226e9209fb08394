import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuMsOf, runs } from '../../kernel/test-runs.ts';
import { compileTables } from '../hazard/compile.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import { adaptivePolicy } from './adaptive.ts';
import type { ParcelView } from './policy.ts';
import { NOON_MS, parcel, SPEND, underWay } from './test-parcel.ts';

const HOUR_MS = 3_600_000;
const SEED = 20_260_105;
const tables = compileTables(SHIPPED_PRIOR);
const policy = adaptivePolicy(tables);
const price = fc.double({ min: 1e-5, max: 1e4, noNaN: true });

function pauseH(changes: Partial<ParcelView>, spend = SPEND): number {
  const view = parcel(changes);
  return (
    (policy.next(view, view.lastPolledAtMs ?? 0, spend).atMs - (view.lastPolledAtMs ?? 0)) / HOUR_MS
  );
}

describe('the adaptive policy', () => {
  it('stays between floor and ceiling for any price, parcel, zone and hour', () => {
    fc.assert(
      fc.property(
        underWay,
        price,
        fc.integer({ min: 60, max: 3_600 }),
        fc.integer({ min: 3_600, max: 86_400 }),
        (view, perCall, floorS, ceilingS) => {
          const nowMs = view.lastPolledAtMs ?? 0;
          const next = policy.next(view, nowMs, { price: perCall, floorS, ceilingS });
          const pauseS = (next.atMs - nowMs) / 1_000;
          expect(pauseS).toBeGreaterThanOrEqual(floorS - 0.001);
          expect(pauseS).toBeLessThanOrEqual(ceilingS + 0.001);
          expect(next.value).toBeGreaterThanOrEqual(0);
          expect(['floor', 'hazard', 'ceiling']).toContain(next.reason);
        },
      ),
      { seed: SEED, numRuns: runs(500) },
    );
  });

  it('never polls earlier at a higher price', () => {
    fc.assert(
      fc.property(
        underWay,
        price,
        fc.double({ min: 1, max: 100, noNaN: true }),
        (view, low, by) => {
          const nowMs = view.lastPolledAtMs ?? 0;
          const at = (perCall: number) =>
            policy.next(view, nowMs, { ...SPEND, price: perCall }).atMs;
          expect(at(low * by)).toBeGreaterThanOrEqual(at(low) - 1);
        },
      ),
      { seed: SEED, numRuns: runs(300) },
    );
  });

  it('polls a parcel on the van in the morning sooner than one asleep in a depot', () => {
    const van = pauseH({ status: 'out_for_delivery', lastFactAtMs: NOON_MS - 4 * HOUR_MS });
    const depot = pauseH({ status: 'at_facility', lastFactAtMs: NOON_MS - 60 * HOUR_MS });
    expect(van).toBeLessThan(1);
    expect(depot).toBeGreaterThan(1.2 * van);
  });

  it('waits less before the EDD comes near than at it', () => {
    const lastPolledAtMs = Date.UTC(2026, 0, 6, 5);
    const at = (date: string) =>
      pauseH({ status: 'at_facility', lastPolledAtMs, lastFactAtMs: NOON_MS, edd: { date } });
    expect(at('2026-01-06')).toBeLessThan(at('2026-01-11'));
  });

  it('reads the clock at the parcel’s place', () => {
    const view = { status: 'at_facility' as const, lastFactAtMs: NOON_MS - 12 * HOUR_MS };
    // 12:00 UTC is 06:00 in Chicago, when vans are loaded, and 21:00 in Tokyo.
    expect(pauseH({ ...view, timeZone: 'America/Chicago' })).toBeLessThan(
      pauseH({ ...view, timeZone: 'Asia/Tokyo' }),
    );
  });

  it('counts from updates by another source since the last poll', () => {
    const polledAtMs = NOON_MS - 3 * HOUR_MS;
    const view = parcel({
      lastPolledAtMs: polledAtMs,
      lastUpdateAtMs: NOON_MS,
      lastFactAtMs: NOON_MS,
    });
    const updated = policy.next(view, NOON_MS, SPEND);
    const silent = policy.next({ ...view, lastUpdateAtMs: polledAtMs }, NOON_MS, SPEND);
    expect(updated.atMs).toBeGreaterThan(silent.atMs);
  });

  it('answers in one sentence, and now when the time has passed', () => {
    const view = parcel({ lastPolledAtMs: NOON_MS - 40 * HOUR_MS });
    const next = policy.next(view, NOON_MS, SPEND);
    expect(next.atMs).toBe(NOON_MS);
    expect(next.why).toMatch(/^[A-Z].+\.$/);
  });

  it('spreads parcels that are alike, the same number always in the same way', () => {
    const pauses = Array.from({ length: 50 }, (_, index) =>
      pauseH({ trackingNumber: `T${index}` }),
    );
    expect(new Set(pauses).size).toBeGreaterThan(40);
    expect(pauseH({ trackingNumber: 'T7' })).toBe(pauses[7]);
    expect(Math.max(...pauses) / Math.min(...pauses)).toBeLessThan(1.12);
  });

  it('decides within microseconds', () => {
    const view = parcel({ timeZone: 'America/Chicago' });
    const count = cpuMsOf(() => {
      for (let index = 0; index < 20_000; index += 1) policy.next(view, NOON_MS, SPEND);
    });
    expect((count / 20_000) * 1_000).toBeLessThan(300);
  });
});
