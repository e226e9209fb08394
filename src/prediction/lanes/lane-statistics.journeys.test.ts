import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliveredParcels } from '../../../test/support/parcels/delivered-parcels.ts';
import { isCompleted, type Parcel, transitDays } from '../sample/parcel.ts';
import type { LaneComparison } from './comparison.ts';
import { LaneStatistics, type UnderWay } from './lane-statistics.ts';

const DAY_MS = 86_400_000;

/** What was known about the lanes at each acceptance, in order of time. */
function standingsOf(parcels: readonly Parcel[]): ReadonlyMap<string, LaneComparison> {
  const statistics = new LaneStatistics();
  const underWay = new Map<string, UnderWay>();
  const standings = new Map<string, LaneComparison>();
  const events = parcels.flatMap((parcel) => [
    { ms: parcel.handedOverAt.instantMs, parcel, isDelivery: false },
    ...(isCompleted(parcel)
      ? [{ ms: parcel.deliveredAt.instantMs, parcel, isDelivery: true }]
      : []),
  ]);
  for (const { ms, parcel, isDelivery } of events.sort((a, b) => a.ms - b.ms)) {
    if (!isDelivery) {
      const standing = statistics.standing(parcel, ms);
      standings.set(parcel.id, standing);
      underWay.set(parcel.id, statistics.accept(parcel, standing));
      continue;
    }
    const known = underWay.get(parcel.id);
    if (known !== undefined && isCompleted(parcel)) {
      statistics.deliver(known, ms, transitDays(parcel));
    }
  }
  return standings;
}

describe('statistics of lanes', () => {
  it('never see a delivery after the moment of a query', () => {
    const parcels = deliveredParcels({ days: 40, parcelsADay: 15, seed: 4 });
    const before = standingsOf(parcels);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 39 }), fc.integer(), (day, salt) => {
        const nowMs = (parcels[0]?.handedOverAt.instantMs ?? 0) + day * DAY_MS;
        const changed = parcels.map((parcel, index): Parcel => {
          if ((parcel.deliveredAt?.instantMs ?? 0) <= nowMs) return parcel;
          const kind = Math.abs((index * 7_919 + salt) % 3);
          if (kind === 0) return { ...parcel, deliveredAt: null };
          const ms = nowMs + 1 + kind * 10 * DAY_MS;
          return { ...parcel, deliveredAt: { instantMs: ms, wallMs: ms } };
        });
        const after = standingsOf(changed);
        for (const { id, handedOverAt } of parcels) {
          if (handedOverAt.instantMs > nowMs) continue;
          expect(after.get(id)).toEqual(before.get(id));
        }
      }),
      { numRuns: 12 },
    );
  });

  it('learn what is usual on a lane', () => {
    const parcels = deliveredParcels({ days: 120, parcelsADay: 40, seed: 5 });
    const standings = standingsOf(parcels);
    for (const { id, origin, destination } of parcels.slice(-200)) {
      if ((standings.get(id)?.deliveries.lane ?? 0) < 40) continue;
      const steps = Math.abs(origin.region.charCodeAt(0) - destination.region.charCodeAt(0));
      const usual = Math.exp(standings.get(id)?.usual ?? 0) - 1;
      expect(Math.abs(usual / (2 + 1.2 * steps) - 1)).toBeLessThan(0.25);
    }
  });

  it('detect within two weeks that parcels have become slower, though the slow ones have not arrived', () => {
    const slower = (day: number) => (day < 90 ? 1 : 1.6);
    const land = { days: 110, parcelsADay: 40, seed: 6 };
    const level = (parcels: readonly Parcel[]) => {
      const standings = standingsOf(parcels);
      const last = parcels.slice(-100).map(({ id }) => standings.get(id)?.level ?? 0);
      return last.reduce((sum, value) => sum + value, 0) / last.length;
    };
    const usual = level(deliveredParcels(land));
    const shifted = level(deliveredParcels({ ...land, drift: slower }));
    expect(Math.abs(usual)).toBeLessThan(0.12);
    expect(shifted - usual).toBeGreaterThan(0.25);
  });

  it('of other lanes are not affected by a flood of one', () => {
    const parcels = deliveredParcels({ days: 60, parcelsADay: 30, seed: 7 });
    const [sample] = parcels;
    if (sample === undefined) throw new Error('no parcels');
    const flood = Array.from({ length: 5_000 }, (_, index): Parcel => {
      const ms = sample.handedOverAt.instantMs + 50 * DAY_MS + index * 1_000;
      const place = { ...sample.origin, region: 'ZZ', postal: '9999' };
      const at = (instantMs: number) => ({ instantMs, wallMs: instantMs });
      return {
        ...sample,
        id: `F${index}`,
        sender: 'flooder',
        origin: place,
        destination: place,
        handedOverAt: at(ms),
        deliveredAt: at(ms + 60_000),
      };
    });
    const calm = standingsOf(parcels);
    const flooded = standingsOf([...parcels, ...flood]);
    for (const { id } of parcels.slice(-100)) {
      const [a, b] = [calm.get(id), flooded.get(id)];
      expect(Math.abs((a?.usual ?? 0) - (b?.usual ?? 9))).toBeLessThan(0.15);
      expect(Math.abs((a?.level ?? 0) - (b?.level ?? 9))).toBeLessThan(0.2);
    }
  });
});
