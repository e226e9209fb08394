import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BUSY_MS,
  FIRST_PACE,
  nextPace,
  nextSize,
  type Pace,
  restMs,
  SHARE_MAX,
  SHARE_MIN,
} from './pacer.ts';

const ms = fc.double({ min: 0, max: 60_000, noNaN: true });
const times = fc.record({ restingMs: ms, workingMs: ms });
/** Any pace that can be reached. */
const anyPace = fc
  .array(times, { maxLength: 60 })
  .map((all) => all.reduce((pace: Pace, each) => nextPace(pace, each), FIRST_PACE));

function wentOn(pace: Pace, count: number, restingMs: number, workingMs: number): Pace {
  let next = pace;
  for (let index = 0; index < count; index += 1) next = nextPace(next, { restingMs, workingMs });
  return next;
}

describe('the share of time for deferrable work', () => {
  it('is never zero and never more than half, however slow commits are', () => {
    fc.assert(
      fc.property(anyPace, ({ share }) => {
        expect(share).toBeGreaterThanOrEqual(SHARE_MIN);
        expect(share).toBeLessThanOrEqual(SHARE_MAX);
      }),
    );
  });

  it('does not increase when commits take longer during work', () => {
    fc.assert(
      fc.property(anyPace, ms, ms, ms, (pace, restingMs, one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one];
        expect(nextPace(pace, { restingMs, workingMs: more }).share).toBeLessThanOrEqual(
          nextPace(pace, { restingMs, workingMs: less }).share,
        );
      }),
    );
  });

  it('comes down to the least within twenty batches where commits take twice as long beside it', () => {
    fc.assert(
      fc.property(fc.double({ min: 5, max: 5_000, noNaN: true }), (restingMs) => {
        expect(wentOn(FIRST_PACE, 20, restingMs, 2 * restingMs).share).toBe(SHARE_MIN);
      }),
    );
  });

  it('recovers from any value when nobody waits', () => {
    fc.assert(
      fc.property(anyPace, fc.double({ min: 0, max: BUSY_MS / 2, noNaN: true }), (pace, calmMs) => {
        expect(wentOn(pace, 400, calmMs, calmMs).share).toBe(SHARE_MAX);
      }),
    );
  });

  it('is the least where commits take long though nothing is swept', () => {
    fc.assert(
      fc.property(fc.double({ min: BUSY_MS + 1, max: 60_000, noNaN: true }), (restingMs) => {
        expect(wentOn(FIRST_PACE, 20, restingMs, restingMs).share).toBe(SHARE_MIN);
      }),
    );
  });

  it('does not mind a single commit that took long', () => {
    const calm = wentOn(FIRST_PACE, 30, 10, 10);
    const once = nextPace(calm, { restingMs: 10, workingMs: 15 });
    expect(once.share).toBe(SHARE_MAX);
  });

  it('is enforced by rests, which are bounded', () => {
    fc.assert(
      fc.property(anyPace, ms, (pace, workedMs) => {
        const rest = restMs(pace, workedMs);
        expect(rest).toBeLessThanOrEqual(1_000);
        expect(workedMs).toBeGreaterThanOrEqual(pace.share * (workedMs + rest) - 1e-6);
      }),
    );
  });
});

describe('the size of a batch', () => {
  const size = fc.integer({ min: 1, max: 1_000 });

  it('is at least one, and at most the batch limit', () => {
    fc.assert(
      fc.property(size, ms, size, (from, tookMs, max) => {
        const next = nextSize(Math.min(from, max), tookMs, max);
        expect(next).toBeGreaterThanOrEqual(1);
        expect(next).toBeLessThanOrEqual(max);
        expect(Number.isInteger(next)).toBe(true);
      }),
    );
  });

  it('comes to what takes a moment, from both sides', () => {
    fc.assert(
      fc.property(size, fc.double({ min: 0.05, max: 12, noNaN: true }), (from, eachMs) => {
        let now = from;
        for (let index = 0; index < 30; index += 1) now = nextSize(now, now * eachMs, 1_000);
        expect(now * eachMs).toBeLessThanOrEqual(25 + 2 * eachMs);
        expect(now === 1_000 || now * eachMs > 25 - 2 * eachMs).toBe(true);
      }),
    );
  });
});
