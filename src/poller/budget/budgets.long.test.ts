import { afterEach, describe, expect, it } from 'vitest';
import { explainPolling } from '../due/explain-polling.ts';
import { requestRefresh } from '../request-refresh.ts';
import { mostInWindow } from '../test-carrier.ts';
import { openTestPoller, START_MS, TEST_POLICIES, type TestPoller } from '../test-poller.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const A_DAY = 100;
const FEW_A_DAY = { callsPerSecond: 0.2, callsPerDay: A_DAY };
let poller: TestPoller;
afterEach(() => poller.close());

const numbersOf = (count: number) => Array.from({ length: count }, (_, index) => `N${index}`);

/** Adds parcels that have a scan every few hours and are never delivered. */
function keepMoving(numbers: readonly string[], days: number): void {
  for (const [index, number] of numbers.entries()) {
    const paceMs = (6 + (index % 11)) * HOUR_MS;
    const events = Array.from({ length: Math.ceil((days * DAY_MS) / paceMs) + 1 }, (_, step) => ({
      code: step % 2 === 0 ? 'in_transit' : 'at_facility',
      atMs: START_MS - HOUR_MS + step * paceMs + (index % 60) * 60_000,
    }));
    poller.carrier.parcels.set(number, events);
  }
}

const times = (fromMs = 0) =>
  poller.carrier.calls.map(({ atMs }) => atMs).filter((atMs) => atMs >= fromMs);

/** The longest time for which any of the numbers was not polled between two instants. */
function longestGapMs(numbers: readonly string[], fromMs: number, untilMs: number): number {
  const last = new Map(numbers.map((number) => [number, fromMs]));
  let longest = 0;
  const lookup = (number: string, atMs: number) => {
    longest = Math.max(longest, atMs - (last.get(number) ?? fromMs));
    last.set(number, atMs);
  };
  for (const call of poller.carrier.calls) {
    if (call.atMs < fromMs || call.atMs > untilMs) continue;
    for (const number of call.numbers) lookup(number, call.atMs);
  }
  for (const number of numbers) lookup(number, untilMs);
  return longest;
}

describe('an account’s budget', () => {
  it('is never exceeded in a week’s sliding windows, nor spent by noon, and keeps every ceiling', async () => {
    poller = await openTestPoller({ limits: FEW_A_DAY });
    const numbers = numbersOf(36);
    keepMoving(numbers, 8);
    await poller.ingestAll(numbers);
    const endMs = START_MS + 7 * DAY_MS;
    await poller.runUntil(endMs);
    expect(mostInWindow(times(), DAY_MS)).toBeLessThanOrEqual(A_DAY);
    expect(mostInWindow(times(), 5_000)).toBe(1);
    for (let day = 1; day < 7; day += 1) {
      const midnightMs = Math.floor(START_MS / DAY_MS) * DAY_MS + day * DAY_MS;
      const calls = times(midnightMs).filter((atMs) => atMs < midnightMs + DAY_MS);
      const byNoon = calls.filter((atMs) => atMs < midnightMs + DAY_MS / 2);
      expect(calls.length).toBeGreaterThan(A_DAY * 0.72);
      expect(byNoon.length / calls.length).toBeLessThan(0.75);
    }
    const ceilingMs = TEST_POLICIES.pauses.ceilingS * 1_000;
    expect(longestGapMs(numbers, START_MS + DAY_MS, endMs)).toBeLessThanOrEqual(ceilingMs);
  }, 600_000);

  it('stretches the ceiling evenly when it is too small for all, and explain says how far', async () => {
    poller = await openTestPoller({ limits: { ...FEW_A_DAY, callsPerDay: 96 } });
    const numbers = numbersOf(100);
    keepMoving(numbers, 5);
    await poller.ingestAll(numbers);
    await poller.runUntil(START_MS + 2 * DAY_MS);
    const endMs = START_MS + 3.5 * DAY_MS;
    await poller.runUntil(endMs);
    const explained = await explainPolling(
      { db: poller.db, plans: poller.plans, policies: poller.deps.policies },
      poller.tenant,
      { carrier: 'acme', trackingNumber: 'N7' },
    );
    expect(explained).toMatchObject({ stretched: true, account_id: poller.account.id });
    expect(explained?.why).toMatch(/budget is too small/);
    const ceilingMs = (explained?.ceiling_s ?? 0) * 1_000;
    expect(ceilingMs).toBeGreaterThan(24 * HOUR_MS);
    expect(ceilingMs).toBeLessThan(30 * HOUR_MS);
    const gapMs = longestGapMs(numbers, START_MS + 1.5 * DAY_MS, endMs);
    expect(gapMs).toBeLessThanOrEqual(ceilingMs);
  }, 600_000);

  it('works off an outage at no more than the usual pace, and forgets no parcel', async () => {
    poller = await openTestPoller({ limits: { callsPerHour: 30 } });
    const numbers = numbersOf(100);
    keepMoving(numbers, 3);
    await poller.ingestAll(numbers);
    await poller.runUntil(START_MS + DAY_MS);
    const usual = mostInWindow(times(START_MS + 12 * HOUR_MS), HOUR_MS);
    poller.carrier.failure = 'timeout';
    await poller.runUntil(START_MS + 32 * HOUR_MS);
    poller.carrier.failure = null;
    const backMs = poller.clock.nowMs();
    const endMs = backMs + 12 * HOUR_MS;
    await poller.runUntil(endMs);
    expect(mostInWindow(times(backMs), HOUR_MS)).toBeLessThanOrEqual(Math.max(usual, 29));
    expect(mostInWindow(times(), HOUR_MS)).toBeLessThanOrEqual(30);
    const polled = new Set(
      poller.carrier.calls.filter(({ atMs }) => atMs >= backMs).flatMap((call) => call.numbers),
    );
    expect(polled.size).toBe(numbers.length);
    for (const number of numbers) {
      expect(await poller.target(number)).toMatchObject({ misses: 0, leaseUntilMs: null });
    }
  }, 600_000);

  it('holds for runs of several processes at once, which never ask for one number twice', async () => {
    poller = await openTestPoller({ limits: { callsPerHour: 40, callsPerSecond: 50 } });
    const numbers = numbersOf(100);
    await poller.ingestAll(numbers);
    for (let index = 0; index < 4; index += 1) {
      await Promise.all([poller.run(), poller.run(), poller.run(), poller.run()]);
      poller.clock.advance(2_000);
    }
    expect(poller.carrier.calls).toHaveLength(36);
    const polled = poller.carrier.calls.flatMap((call) => call.numbers);
    expect(new Set(polled).size).toBe(polled.length);
  });

  it('keeps a reserve for what people ask for, which comes first and then runs out', async () => {
    poller = await openTestPoller({ limits: { callsPerHour: 40, callsPerSecond: 50 } });
    const numbers = numbersOf(100);
    await poller.ingestAll(numbers);
    await poller.runUntil(START_MS + 50 * 60_000);
    expect(mostInWindow(times(), HOUR_MS)).toBe(36);
    const unasked = numbers.filter(
      (number) => !poller.carrier.calls.some((call) => call.numbers.includes(number)),
    );
    const refresh = (trackingNumber = '') =>
      requestRefresh(
        { ...poller.deps, db: poller.db, plans: poller.plans, wake: () => {} },
        poller.tenant,
        {
          carrier: 'acme',
          trackingNumber,
        },
      );
    for (const number of unasked.slice(0, 4)) {
      expect(await refresh(number)).toMatchObject({ outcome: 'queued' });
      await poller.run();
      expect(poller.carrier.calls.at(-1)?.numbers).toEqual([number]);
      expect(await refresh(number)).toMatchObject({ outcome: 'fresh', retryAfterS: 900 });
    }
    const refused = await refresh(unasked[4]);
    expect(refused).toMatchObject({ outcome: 'no_budget' });
    expect(mostInWindow(times(), HOUR_MS)).toBe(40);
    expect(await refresh('unknown')).toBeNull();
  });
});
