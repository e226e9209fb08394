import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliveredParcels } from '../../../test/support/parcels/delivered-parcels.ts';
import type { Parcel } from '../sample/parcel.ts';
import { backtest } from './backtest.ts';
import { evaluate } from './evaluate.ts';

const DAY_MS = 86_400_000;
const LAND = { days: 70, parcelsADay: 8, seed: 21 };
const SEED = 1;

function startOf(parcels: readonly Parcel[]): number {
  return parcels[0]?.handedOverAt.instantMs ?? 0;
}

describe('walking forward', () => {
  it('predicts nothing otherwise when what comes later changes', () => {
    const parcels = deliveredParcels(LAND);
    const fromMs = startOf(parcels) + 40 * DAY_MS;
    const datesOf = (of: readonly Parcel[]) =>
      new Map(
        backtest(of, { fromMs, seed: SEED }).predicted.map(({ parcel, dates }) => [
          parcel.id,
          dates,
        ]),
      );
    const before = datesOf(parcels);
    fc.assert(
      fc.property(fc.integer({ min: 42, max: 68 }), fc.integer({ min: 0, max: 2 }), (day, kind) => {
        const nowMs = startOf(parcels) + day * DAY_MS;
        const changed = parcels.flatMap((parcel, index): readonly Parcel[] => {
          if (parcel.handedOverAt.instantMs > nowMs && index % 3 === kind) return [];
          if ((parcel.deliveredAt?.instantMs ?? 0) <= nowMs) return [parcel];
          if (index % 2 === 0) return [{ ...parcel, deliveredAt: null }];
          const ms = nowMs + (1 + kind) * DAY_MS;
          return [{ ...parcel, deliveredAt: { instantMs: ms, wallMs: ms } }];
        });
        const after = datesOf(changed);
        for (const { id, handedOverAt } of parcels) {
          if (handedOverAt.instantMs <= nowMs) expect(after.get(id)).toEqual(before.get(id));
        }
      }),
      { numRuns: 3 },
    );
  });

  it('gives the same dates for the same seed', () => {
    const parcels = deliveredParcels(LAND);
    const fromMs = startOf(parcels) + 50 * DAY_MS;
    const once = backtest(parcels, { fromMs, seed: 7 }).predicted;
    expect(backtest(parcels, { fromMs, seed: 7 }).predicted).toEqual(once);
  });
});

describe('evaluating', () => {
  const parcels = deliveredParcels({ days: 140, parcelsADay: 14, seed: 22 });
  const cut = startOf(parcels) + 110 * DAY_MS;
  const train = parcels.filter(({ handedOverAt }) => handedOverAt.instantMs < cut);
  const test = parcels.filter(({ handedOverAt }) => handedOverAt.instantMs >= cut);

  it('does as well as can be done where nothing changes', () => {
    const { figures, baselines } = evaluate(train, test, SEED);
    expect(figures.n).toBe(test.length);
    expect(figures.maeDays).toBeLessThan(1.05 * baselines.laneStatic.maeDays);
    expect(figures.coverage80).toBeGreaterThan(0.76);
    expect(figures.coverage80).toBeLessThan(0.86);
    expect(figures.customerDate.lateShare).toBeLessThan(0.1);
    expect(figures.byMonth.reduce((sum, { n }) => sum + n, 0)).toBe(figures.n);
  });

  it('counts a parcel that stands in both files once, as the later file has it', () => {
    const open = test.slice(0, 50).map((parcel): Parcel => ({ ...parcel, deliveredAt: null }));
    const known = train.slice(-300);
    const { figures } = evaluate([...known, ...open], test, SEED);
    expect(figures).toEqual(evaluate(known, test, SEED).figures);
  });

  it('gives dates from the first parcel on, without any history', () => {
    const { figures, baselines } = evaluate([], test, SEED);
    expect(figures.n).toBe(test.length);
    expect(Number.isFinite(figures.maeDays)).toBe(true);
    expect(baselines.laneStatic.n).toBe(0);
  });

  it('gives dates to parcels of which next to nothing is known', () => {
    const nowhere = { country: '', region: '', postal: '', lat: null, lng: null };
    const bare = parcels.map(
      (parcel): Parcel => ({
        ...parcel,
        carrier: '',
        serviceLevel: '',
        sender: '',
        origin: nowhere,
        destination: nowhere,
        weightG: null,
        labelAt: null,
        promisedDay: null,
      }),
    );
    const split = (isTest: boolean) =>
      bare.filter(({ handedOverAt }) => handedOverAt.instantMs >= cut === isTest);
    const { figures, baselines } = evaluate(split(false), split(true), SEED);
    expect(figures.maeDays).toBeLessThan(1.05 * baselines.laneStatic.maeDays);
    expect(baselines.promise.n).toBe(0);
  });
});
