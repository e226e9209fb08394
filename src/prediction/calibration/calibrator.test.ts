import { describe, expect, it } from 'vitest';
import { deliveredParcels, type Land } from '../../../test/support/parcels/delivered-parcels.ts';
import {
  type CompletedParcel,
  isCompleted,
  localDay,
  type Parcel,
  transitDays,
} from '../sample/parcel.ts';

import { Calibrator, type Dates, type Watched } from './calibrator.ts';
import { curveOf } from './curve.ts';

const DAY_MS = 86_400_000;
/** Normal quantiles at the shares of a curve, with the spread of the parcels of `Land`. */
const SPREADS = [-1.645, -1.282, -0.674, 0, 0.674, 1.282, 1.645].map((z) => z * 0.45);

interface Outcome {
  readonly parcel: CompletedParcel;
  readonly dates: Dates;
}

/** Predicts each parcel by a model that is right except for the factor `biasOf` of a group. */
function outcomes(land: Land, biasOf: (region: string) => number = () => 1): Outcome[] {
  const parcels = deliveredParcels(land);
  const calibrator = new Calibrator();
  const watched = new Map<string, Watched>();
  const events = parcels.flatMap((parcel) =>
    isCompleted(parcel)
      ? [
          { ms: parcel.handedOverAt.instantMs, parcel, isDelivery: false },
          { ms: parcel.deliveredAt.instantMs, parcel, isDelivery: true },
        ]
      : [],
  );
  for (const { ms, parcel, isDelivery } of events.sort((a, b) => a.ms - b.ms)) {
    const known = watched.get(parcel.id);
    if (isDelivery && known !== undefined) {
      const day = localDay(parcel.deliveredAt.wallMs);
      calibrator.deliver(known, { ms, day, days: transitDays(parcel) });
    } else if (!isDelivery) {
      const group = parcel.destination.region;
      const curve = curveOf(SPREADS.map((spread) => logDays(parcel, spread, biasOf(group))));
      const at = { nowMs: ms, handedOverWallMs: parcel.handedOverAt.wallMs };
      watched.set(parcel.id, calibrator.watch(curve, group, at));
    }
  }
  return parcels.flatMap((parcel) => {
    const dates = watched.get(parcel.id)?.dates;
    return isCompleted(parcel) && dates !== undefined ? [{ parcel, dates }] : [];
  });
}

function logDays({ origin, destination }: Parcel, spread: number, bias: number): number {
  const steps = Math.abs(origin.region.charCodeAt(0) - destination.region.charCodeAt(0));
  return Math.log((2 + 1.2 * steps) * bias * Math.exp(spread) + 1);
}

function covered(of: readonly Outcome[]): number {
  const inside = of.filter(({ parcel, dates }) => {
    const day = localDay(parcel.deliveredAt.wallMs);
    return day >= dates.fromDay && day <= dates.toDay;
  });
  return inside.length / of.length;
}

function byRegion(of: readonly Outcome[]): ReadonlyMap<string, Outcome[]> {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of of) {
    const { region } = outcome.parcel.destination;
    groups.set(region, [...(groups.get(region) ?? []), outcome]);
  }
  return groups;
}

/** The outcomes after the first weeks, in which nothing had been delivered to learn from. */
const settled = (of: readonly Outcome[], parcelsADay: number) => of.slice(45 * parcelsADay);

describe('calibration', () => {
  it('keeps eight of ten in the window of a model that is right', () => {
    const right = settled(outcomes({ days: 150, parcelsADay: 40, seed: 11 }), 40);
    expect(covered(right)).toBeGreaterThan(0.77);
    expect(covered(right)).toBeLessThan(0.86);
  });

  it.each([
    ['slower by a third', (day: number) => 1 + 0.5 * Math.min(Math.max((day - 60) / 20, 0), 1)],
    ['faster by a third', (day: number) => 1 - 0.35 * Math.min(Math.max((day - 60) / 20, 0), 1)],
    ['slower and faster with the weeks', (day: number) => 1 + 0.25 * Math.sin(day / 12)],
  ])('keeps eight of ten when all become %s, in each group, too', (_, drift) => {
    const land = { days: 200, parcelsADay: 40, seed: 12, drift };
    const drifting = settled(outcomes(land), 40);
    expect(covered(drifting)).toBeGreaterThan(0.76);
    expect(covered(drifting)).toBeLessThan(0.86);
    for (const [, group] of byRegion(drifting)) {
      if (group.length < 300) continue;
      expect(covered(group)).toBeGreaterThan(0.74);
      expect(covered(group)).toBeLessThan(0.86);
    }
  });

  it('learns of each group for itself how the model errs there', () => {
    const land = { days: 200, parcelsADay: 40, seed: 13 };
    const bias = (region: string) => (region < 'CC' ? 1.3 : region > 'DD' ? 0.8 : 1);
    for (const [, group] of byRegion(settled(outcomes(land, bias), 40))) {
      expect(covered(group)).toBeGreaterThan(0.74);
      expect(covered(group)).toBeLessThan(0.88);
    }
  });

  it('leaves nothing past to a parcel that is on its way, and no day before today', () => {
    const calibrator = new Calibrator();
    const curve = curveOf([1.1, 1.2, 1.4, 1.6, 1.8, 2, 2.2]);
    const handedOverWallMs = Date.UTC(2026, 2, 2, 10);
    const today = localDay(handedOverWallMs);
    let before = calibrator.dates(curve, 'g', { nowMs: handedOverWallMs, handedOverWallMs });
    for (const elapsed of [1, 3, 5, 8, 20, 200]) {
      const nowMs = handedOverWallMs + elapsed * DAY_MS;
      const dates = calibrator.dates(curve, 'g', { nowMs, handedOverWallMs }, elapsed);
      expect(dates.fromDay).toBeGreaterThanOrEqual(today + elapsed);
      expect(dates.day).toBeGreaterThanOrEqual(Math.max(dates.fromDay, before.fromDay));
      expect(dates.customerDay).toBeGreaterThanOrEqual(dates.toDay - 1);
      before = dates;
    }
  });
});
