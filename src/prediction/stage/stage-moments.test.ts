import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliveredParcels, withStops } from '../../../test/support/parcels/delivered-parcels.ts';
import { runs } from '../../kernel/test-runs.ts';
import type { Parcel } from '../sample/parcel.ts';
import { momentsOf, progressAt } from './progress.ts';

const DAY_MS = 86_400_000;
const parcels = withStops(deliveredParcels({ days: 20, parcelsADay: 10, seed: 91 }), 92);
/** The parcels with many scans on the road, only some of which become lessons. */
const scanned = parcels.map((parcel): Parcel => {
  const [first] = parcel.stops ?? [];
  const more = Array.from({ length: 12 }, (_, index) => {
    const ms = parcel.handedOverAt.instantMs + (index + 1) * 0.1 * DAY_MS;
    return first === undefined ? [] : [{ ...first, at: { instantMs: ms, wallMs: ms } }];
  });
  return { ...parcel, stops: [...more.flat(), ...(parcel.stops ?? [])] };
});
const endMs = Math.max(...parcels.map(({ deliveredAt }) => deliveredAt?.instantMs ?? 0));

/** A parcel with the same history until then, and a different one afterwards. */
function otherwiseAfter(parcel: Parcel, ms: number, isScannedAgain: boolean): Parcel {
  const later = { instantMs: ms + 20 * DAY_MS, wallMs: ms + 20 * DAY_MS };
  const before = (parcel.stops ?? []).filter(({ at }) => at.instantMs <= ms);
  const [first] = parcel.stops ?? [];
  const at = { instantMs: ms + 3 * DAY_MS, wallMs: ms + 3 * DAY_MS };
  const other =
    first === undefined || !isScannedAgain ? [] : [{ ...first, at, facility: 'ELSEWHERE' }];
  const isThere = (parcel.deliveredAt?.instantMs ?? 0) > ms;
  return isThere ? { ...parcel, deliveredAt: later, stops: [...before, ...other] } : parcel;
}

describe('moments used for training', () => {
  it('and what is known at each do not depend on the future', () => {
    const which = fc.integer({ min: 0, max: parcels.length - 1 });
    const day = fc.double({ min: 0, max: 5, noNaN: true });
    fc.assert(
      fc.property(which, day, fc.boolean(), (index, days, isScannedAgain) => {
        const parcel = scanned[index];
        if (parcel === undefined) return;
        const ms = parcel.handedOverAt.instantMs + days * DAY_MS;
        const other = otherwiseAfter(parcel, ms, isScannedAgain);
        const until = (of: Parcel) =>
          momentsOf(of, endMs + 30 * DAY_MS).filter((moment) => moment.ms <= ms);
        expect(until(other)).toEqual(until(parcel));
        expect(progressAt(other, ms)).toEqual(progressAt(parcel, ms));
      }),
      { numRuns: runs(300) },
    );
  });

  it('are some of each parcel, however many scans it has', () => {
    const [parcel] = parcels;
    const [stop] = parcel?.stops ?? [];
    if (parcel === undefined || stop === undefined) throw new Error('no parcels');
    const fromMs = parcel.handedOverAt.instantMs;
    const stops = Array.from({ length: 3_000 }, (_, index) => {
      const ms = fromMs + (index + 1) * 20_000;
      return { ...stop, at: { instantMs: ms, wallMs: ms } };
    });
    const moments = momentsOf({ ...parcel, stops }, endMs);
    expect(moments.length).toBeLessThanOrEqual(60);
    expect(moments.filter(({ isLesson }) => isLesson).length).toBeLessThanOrEqual(16);
  });

  it('of an undelivered parcel do not go beyond the known data', () => {
    const open = parcels.map((parcel): Parcel => ({ ...parcel, deliveredAt: null }));
    const untilMs = (open[0]?.handedOverAt.instantMs ?? 0) + 10 * DAY_MS;
    const later = open.flatMap((parcel) => momentsOf(parcel, untilMs));
    expect(later.every(({ ms }) => ms <= untilMs)).toBe(true);
  });

  it('also include days without any update', () => {
    const silent = parcels.flatMap((parcel) => momentsOf(parcel, endMs)).filter((m) => !m.isStop);
    expect(silent.length).toBeGreaterThan(50);
    for (const parcel of parcels) {
      const [first, next] = parcel.stops ?? [];
      if (first === undefined || next === undefined) continue;
      const gap = (next.at.instantMs - first.at.instantMs) / DAY_MS;
      if (gap < 1.5) continue;
      const progress = progressAt(parcel, first.at.instantMs + 1.4 * DAY_MS);
      expect(progress).toMatchObject({ newest: first, silentDays: 1 });
    }
  });
});
