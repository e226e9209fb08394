import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivalCurve, shareBy, stillToCome, timeAtShare } from './arrival-curve.ts';

fc.configureGlobal({ seed: 20_261_120 });

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-11-19T10:00:00Z');

const hours = fc.integer({ min: 0, max: 500 });
const curve = fc.tuple(hours, hours, hours).map((at) => {
  const quantiles = [0.1, 0.5, 0.9].map((share, index) => ({
    share,
    atMs: START_MS + (at[index] ?? 0) * HOUR_MS,
  }));
  const made = arrivalCurve(quantiles, START_MS);
  if (made === null) throw new Error('The quantiles are usable.');
  return made;
});
const later = fc.integer({ min: 0, max: 2_000 }).map((ahead) => START_MS + ahead * HOUR_MS);
const share = fc.double({ min: 0.01, max: 0.98, noNaN: true });

describe('an arrival curve', () => {
  it('rises from 0, never falls, and never reaches 1', () => {
    fc.assert(
      fc.property(curve, later, later, (is, a, b) => {
        expect(shareBy(is, START_MS - 1)).toBe(0);
        const [first, second] = [shareBy(is, Math.min(a, b)), shareBy(is, Math.max(a, b))];
        expect(first).toBeLessThanOrEqual(second);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(second).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('reaches a share at the time it reports for it', () => {
    fc.assert(
      fc.property(curve, share, (is, wanted) => {
        expect(shareBy(is, timeAtShare(is, wanted))).toBeGreaterThanOrEqual(wanted - 1e-9);
        expect(shareBy(is, timeAtShare(is, wanted) - 1)).toBeLessThanOrEqual(wanted + 1e-6);
      }),
    );
  });

  it('of a parcel that has not come lies ahead, and later the longer it has not', () => {
    fc.assert(
      fc.property(curve, later, later, share, (is, a, b, wanted) => {
        const sooner = timeAtShare(stillToCome(is, Math.min(a, b)), wanted);
        const rest = stillToCome(is, Math.max(a, b));
        expect(timeAtShare(rest, wanted)).toBeGreaterThanOrEqual(Math.max(a, b));
        expect(timeAtShare(rest, wanted)).toBeGreaterThanOrEqual(sooner - 1);
        expect(shareBy(rest, Math.max(a, b))).toBe(0);
      }),
    );
  });

  it('conditioned twice equals the second condition', () => {
    fc.assert(
      fc.property(curve, later, later, share, (is, a, b, wanted) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        const once = timeAtShare(stillToCome(is, second), wanted);
        const twice = timeAtShare(stillToCome(stillToCome(is, first), second), wanted);
        expect(Math.abs(once - twice)).toBeLessThan(1_000);
      }),
    );
  });

  it.each([
    ['none', [], START_MS],
    ['one', [{ share: 0.5, atMs: START_MS }], START_MS],
    ['no number', [0.1, 0.9].map((at) => ({ share: at, atMs: Number.NaN })), START_MS],
    ['no start', [0.1, 0.9].map((at) => ({ share: at, atMs: START_MS })), Number.NaN],
    ['the same share twice', [0.5, 0.5].map((at) => ({ share: at, atMs: START_MS })), START_MS],
    ['all of them', [0.5, 1].map((at) => ({ share: at, atMs: START_MS })), START_MS],
    ['years', [0.5, 0.9].map((at) => ({ share: at, atMs: START_MS * 2 })), START_MS],
  ])('is not built from quantiles that are %s', (_, quantiles, startMs) => {
    expect(arrivalCurve(quantiles, startMs)).toBeNull();
  });
});
