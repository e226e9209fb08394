import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideDebit, spent } from './debit.ts';
import { limitsOf, plannedPerHour, reserveOf } from './limits.ts';
import { plannedBetween, type Savings, saved, waitForCallMs } from './savings.ts';

const HOUR_MS = 3_600_000;
const limits = limitsOf(
  { batchMax: 1, callsPerSecond: 0.2, callsPerHour: null, callsPerDay: 250, source: 'test' },
  { perHour: null, perDay: null },
);
const conditions = { limits, hourShares: null, wakeAtMs: null, isOut: false };
const EMPTY: Savings = { planned: 0, owed: 0, asOfMs: 0 };

describe('limits', () => {
  it('are the carrier’s or the merchant’s cap, whichever is lower', () => {
    const stated = { batchMax: 30, callsPerSecond: 140, callsPerHour: null, callsPerDay: 100_000 };
    const capped = limitsOf({ ...stated, source: '' }, { perHour: 500, perDay: 200_000 });
    expect(capped.windows).toMatchObject([
      { window: 'hour', calls: 500 },
      { window: 'day', calls: 100_000 },
    ]);
    expect(plannedPerHour(capped)).toBeLessThan(500);
    expect(reserveOf({ window: 'day', windowS: 86_400, calls: 250 })).toBe(12);
  });

  it('pace calls a little slower than the carrier says, bursts considered', () => {
    expect(limits.spacingMs).toBeCloseTo(5_250);
    const burst = { batchMax: 1, callsPerSecond: 10, callsPerHour: null, callsPerDay: null };
    const both = limitsOf(
      { ...burst, burst: { calls: 5, perS: 10 }, source: '' },
      { perHour: null, perDay: null },
    );
    expect(both.spacingMs).toBeCloseTo(2_100);
  });
});

describe('savings', () => {
  it('grow by the day’s shares, which over a day sum to the budget', () => {
    const shares = fc
      .array(fc.double({ min: 0.2, max: 2, noNaN: true }), { minLength: 24, maxLength: 24 })
      .map((raw) => raw.map((each) => each / raw.reduce((sum, value) => sum + value, 0)));
    fc.assert(
      fc.property(shares, fc.integer({ min: 0, max: 1e12 }), (hourShares, fromMs) => {
        const day = plannedBetween(fromMs, fromMs + 24 * HOUR_MS, { limits, hourShares });
        expect(day).toBeCloseTo(plannedPerHour(limits) * 24, 3);
      }),
      { seed: 7, numRuns: 50 },
    );
  });

  it('carry forward what an hour leaves, up to half a day', () => {
    const later = saved(EMPTY, { ...conditions, nowMs: HOUR_MS, wakeAtMs: HOUR_MS });
    expect(later.planned).toBeCloseTo(plannedPerHour(limits));
    const week = saved(EMPTY, { ...conditions, nowMs: 168 * HOUR_MS, wakeAtMs: 168 * HOUR_MS });
    expect(week.planned).toBeCloseTo(plannedPerHour(limits) * 12);
  });

  it('do not grow while the account could only be probed, nor while no process ran', () => {
    const out = saved(EMPTY, { ...conditions, nowMs: 8 * HOUR_MS, isOut: true });
    expect(out).toEqual({ planned: 1, owed: 0, asOfMs: 8 * HOUR_MS });
    const rich = { ...EMPTY, planned: 7.5, owed: 2 };
    const savings = saved(rich, { ...conditions, nowMs: 8 * HOUR_MS, isOut: true });
    expect(savings).toMatchObject({ planned: 7.5, owed: 2 });
    const absent = saved(EMPTY, { ...conditions, nowMs: 8 * HOUR_MS });
    expect(absent.planned).toBeCloseTo(plannedPerHour(limits) / 4);
  });

  it('let a newcomer to a sandbox look at fifty parcels at once, elsewhere at a few', () => {
    const stated = { batchMax: 1, callsPerSecond: 0.2, callsPerHour: null, callsPerDay: 250 };
    const caps = { perHour: null, perDay: null };
    const sandbox = limitsOf({ ...stated, source: 'test' }, caps, 'sandbox');
    const first = { ...EMPTY, asOfMs: null };
    const tried = saved(first, { ...conditions, limits: sandbox, nowMs: 0 });
    expect(tried.planned).toBeGreaterThanOrEqual(50);
    expect(tried.planned).toBeLessThan(100);
    expect(saved(first, { ...conditions, nowMs: 0 }).planned).toBeLessThan(20);
  });

  it('say how long until a call is saved', () => {
    const waitMs = waitForCallMs(EMPTY, { ...conditions, nowMs: 0 });
    const then = saved(EMPTY, { ...conditions, nowMs: waitMs, wakeAtMs: waitMs });
    expect(then.planned).toBeGreaterThanOrEqual(0.999);
    expect(spent(then).planned).toBeLessThan(0.01);
  });
});

describe('a debit', () => {
  const rich: Savings = { planned: 10, owed: 10, asOfMs: 0 };
  const ask = (purpose: 'refresh' | 'owed' | 'planned' | 'more', calls: number, savings = rich) =>
    decideDebit({
      purpose,
      limits,
      savings,
      nowMs: 0,
      nextSlotAtMs: null,
      pausedUntilMs: null,
      used: [{ calls, refreshes: 0 }],
    });

  it('leaves the reserve to people, and room for parcels at their ceiling to those', () => {
    expect(ask('planned', 225)).toMatchObject({ granted: true });
    expect(ask('planned', 226)).toMatchObject({ granted: false, reason: 'window' });
    expect(ask('owed', 237)).toMatchObject({ granted: true });
    expect(ask('owed', 238)).toMatchObject({ granted: false, reason: 'window' });
    expect(ask('refresh', 249)).toMatchObject({ granted: true });
    expect(ask('refresh', 250)).toMatchObject({ granted: false, reason: 'window' });
  });

  it('limits polls by a plan, but not requests by people or follow-up calls', () => {
    const poor: Savings = { planned: -3, owed: 0, asOfMs: 0 };
    expect(ask('planned', 0, poor)).toMatchObject({ granted: false, reason: 'plan' });
    expect(ask('owed', 0, poor)).toMatchObject({ granted: false, reason: 'plan' });
    expect(ask('refresh', 0, poor)).toMatchObject({ granted: true });
    expect(ask('more', 0, poor)).toMatchObject({ granted: true });
  });
});
