import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { compileTables } from '../hazard/compile.ts';
import { SHIPPED_PRIOR } from '../hazard/shipped-prior.ts';
import { adaptivePolicy } from './adaptive.ts';
import { priceFor, spendFor } from './price.ts';
import { NOON_MS, parcel, underWay } from './test-parcel.ts';

const HOUR_MS = 3_600_000;
const SEED = 20_260_106;
const tables = compileTables(SHIPPED_PRIOR);
const conditions = { nowMs: NOON_MS, ceilingS: 21_600, floorS: 300 };
const parcels = Array.from({ length: 100 }, (_, index) =>
  parcel({
    trackingNumber: `T${index}`,
    status: index % 5 === 0 ? 'out_for_delivery' : index % 2 === 0 ? 'at_facility' : 'in_transit',
    lastFactAtMs: NOON_MS - (index % 20) * HOUR_MS,
  }),
);

describe('the price of a call', () => {
  it('is the highest there is without a budget, and no error without parcels', () => {
    expect(priceFor(parcels, 0, tables, conditions)).toBeGreaterThan(1e5);
    expect(priceFor([], 100, tables, conditions)).toBeLessThan(1e-5);
    expect(spendFor([], 100, tables, conditions).stretched).toBe(false);
  });

  it('never rises with the budget', () => {
    const sample = fc.array(underWay, { minLength: 1, maxLength: 12 });
    const budget = fc.double({ min: 0.01, max: 500, noNaN: true });
    fc.assert(
      fc.property(
        sample,
        budget,
        fc.double({ min: 1, max: 10, noNaN: true }),
        (some, calls, by) => {
          const nowMs = Math.max(...some.map(({ lastPolledAtMs }) => lastPolledAtMs ?? 0));
          const price = (perHour: number) =>
            priceFor(some, perHour, tables, { ...conditions, nowMs });
          expect(price(calls * by)).toBeLessThanOrEqual(price(calls));
        },
      ),
      { seed: SEED, numRuns: runs(100) },
    );
  });

  it('spends about the budget: a day without updates at that price costs about that many calls', () => {
    const policy = adaptivePolicy(tables);
    // Only the forecast is compared: what an update changes is known only afterwards.
    const still = parcels.filter(({ status }) => status !== 'out_for_delivery');
    for (const perHour of [30, 60, 120]) {
      const price = priceFor(still, perHour, tables, conditions);
      let calls = 0;
      for (const view of still) {
        for (let atMs = NOON_MS; atMs < NOON_MS + 24 * HOUR_MS; calls += 1) {
          const polled = { ...view, lastPolledAtMs: atMs, lastUpdateAtMs: atMs };
          atMs = policy.next(polled, atMs, { ...conditions, price }).atMs;
        }
      }
      expect(calls / 24 / perHour).toBeGreaterThan(0.6);
      expect(calls / 24 / perHour).toBeLessThan(1.7);
    }
  });

  it('rises where audits, new numbers and push take part of the budget', () => {
    const besides = [
      ...Array.from({ length: 40 }, () => parcel({ push: 'healthy' as const })),
      ...Array.from({ length: 40 }, () => parcel({ status: 'delivered' as const })),
      ...Array.from({ length: 40 }, () => parcel({ known: false, status: 'created' as const })),
    ];
    const alone = priceFor(parcels, 60, tables, conditions);
    expect(priceFor([...parcels, ...besides], 60, tables, conditions)).toBeGreaterThan(alone);
  });
});

describe('the ceiling', () => {
  it('stays while the budget polls every parcel once a ceiling', () => {
    const enough = parcels.length / (conditions.ceilingS / 3_600);
    const spend = spendFor(parcels, enough, tables, conditions);
    expect(spend).toMatchObject({ stretched: false, ceilingS: conditions.ceilingS, floorS: 300 });
  });

  it('stretches evenly to what the budget allows, and says so', () => {
    const enough = parcels.length / (conditions.ceilingS / 3_600);
    const spend = spendFor(parcels, enough / 3, tables, conditions);
    expect(spend.stretched).toBe(true);
    expect(spend.ceilingS / conditions.ceilingS).toBeCloseTo(3, 5);
  });
});
