import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { compileTables } from '../hazard/compile.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import { adaptivePolicy } from './adaptive.ts';
import { NOON_MS, parcel, SPEND, underWay } from './test-parcel.ts';
import { valueAt } from './value.ts';

const HOUR_MS = 3_600_000;
const SEED = 20_260_105;
const tables = compileTables(SHIPPED_PRIOR);
const policy = adaptivePolicy(tables);

describe('the value of a poll', () => {
  it('grows with the wait without end, so that no parcel starves', () => {
    fc.assert(
      fc.property(underWay, (view) => {
        const from = view.lastPolledAtMs ?? 0;
        let before = -1;
        for (const hours of [0, 0.1, 1, 5, 24, 72, 240]) {
          const value = valueAt(view, from + hours * HOUR_MS, tables);
          expect(value).toBeGreaterThan(before);
          before = value;
        }
      }),
      { seed: SEED, numRuns: runs(200) },
    );
  });

  it('grows also where no table expects anything, so that such a parcel is polled at last', () => {
    const blank = compileTables({ ...SHIPPED_PRIOR, cells: {} });
    expect(valueAt(parcel(), NOON_MS + 24 * HOUR_MS, blank)).toBeGreaterThan(SPEND.price);
    expect(adaptivePolicy(blank).next(parcel(), NOON_MS, SPEND).reason).toBe('ceiling');
  });

  it('is the price at the instant the policy answers', () => {
    const view = parcel({});
    const next = policy.next(view, NOON_MS, SPEND);
    expect(next.reason).toBe('hazard');
    expect(valueAt(view, next.atMs, tables)).toBeCloseTo(next.value, 4);
    expect(next.value / SPEND.price).toBeGreaterThan(0.94);
    expect(next.value / SPEND.price).toBeLessThan(1.06);
  });

  it('is small behind a healthy push and after the end, and large for an unconfirmed end', () => {
    const at = NOON_MS + 6 * HOUR_MS;
    const usual = valueAt(parcel({}), at, tables);
    expect(valueAt(parcel({ push: 'healthy' }), at, tables)).toBeLessThan(usual / 10);
    expect(valueAt(parcel({ status: 'delivered' }), at, tables)).toBeLessThan(usual / 10);
    const unsure = parcel({ status: 'delivered', confirmed: false });
    expect(valueAt(unsure, at, tables)).toBeGreaterThan(usual);
  });
});
