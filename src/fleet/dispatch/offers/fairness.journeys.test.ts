import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OnShift, Wanted } from './rank-couriers.ts';
import { nextRound } from './rounds.ts';

const NOW_MS = Date.UTC(2026, 2, 10, 12);
const SHOP = { lat: 53.55, lng: 9.99 };
const PER_MIN_MS = 60_000;

interface Rider {
  readonly courierId: string;
  /** Distance from the shop. */
  readonly metres: number;
  accepted: number;
  declined: number;
  lastAcceptedMs: number | null;
}

const wantedAt = (readyMs: number): Wanted => ({
  origin: SHOP,
  destination: { lat: 53.56, lng: 9.95 },
  readyMs,
  size: 'small',
  weightG: null,
});

const onShift = ({ metres, ...rider }: Rider): OnShift => ({
  ...rider,
  by: 'bike',
  load: 0,
  capacityParcels: 3,
  capacityWeightG: null,
  place: { lat: SHOP.lat + metres / 111_195, lng: SHOP.lng },
  shiftEndsAtMs: null,
});

/**
 * Simulates a day with a delivery every `everyMin` minutes. The first courier who gets the offer
 * and accepts delivers it, and is back by the next one.
 */
function day(riders: Rider[], deliveries: number, everyMin: number, saysYes: () => boolean) {
  const offered = new Map<string, number>();
  for (let index = 0; index < deliveries; index += 1) {
    const nowMs = NOW_MS + index * everyMin * PER_MIN_MS;
    const tried = new Set<string>();
    let rounds = 0;
    for (let isOpen = true; isOpen; ) {
      const state = { rounds, offered: tried, isQueued: false };
      const couriers = riders.map(onShift);
      const next = nextRound(wantedAt(nowMs), state, {
        couriers,
        isWhole: true,
        busy: new Map(),
        nowMs,
      });
      expect(next.asks.length).toBeLessThanOrEqual(3);
      rounds = next.rounds;
      for (const { courier } of next.asks) {
        expect(tried.has(courier.courierId)).toBe(false);
        tried.add(courier.courierId);
        offered.set(courier.courierId, (offered.get(courier.courierId) ?? 0) + 1);
      }
      isOpen = !next.isQueued;
      for (const { courier } of next.asks) {
        const rider = riders.find(({ courierId }) => courierId === courier.courierId);
        if (rider === undefined || !isOpen) continue;
        if (saysYes()) {
          rider.accepted += 1;
          rider.lastAcceptedMs = nowMs;
          isOpen = false;
        } else rider.declined += 1;
      }
    }
  }
  return offered;
}

const ridersAt = (metres: readonly number[]): Rider[] =>
  metres.map((each, index) => ({
    courierId: `cou-${index}`,
    metres: each,
    accepted: 0,
    declined: 0,
    lastAcceptedMs: null,
  }));

describe('offers over a day', () => {
  it('starve nobody: couriers at the same place who accept get equal shares, but for one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 25 }),
        (count, times, everyMin) => {
          // While a turn takes this long, idle time distinguishes couriers; beyond the maximum it
          // no longer counts.
          fc.pre(count * everyMin < 30);
          const riders = ridersAt(Array.from({ length: count }, () => 100));
          day(riders, count * times, everyMin, () => true);
          expect(new Set(riders.map(({ accepted }) => accepted))).toEqual(new Set([times]));
        },
      ),
    );
  });

  it('starve nobody within a ring: couriers farther away get work as well', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 10, max: 480 }), { minLength: 2, maxLength: 6 }),
        (metres) => {
          const riders = ridersAt(metres);
          day(riders, 60, 4, () => true);
          expect(Math.min(...riders.map(({ accepted }) => accepted))).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('flood nobody: no courier gets the same offer twice, and not everyone gets each offer', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 12 }),
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        (count, answers) => {
          const riders = ridersAt(Array.from({ length: count }, () => 100));
          let index = 0;
          const offered = day(riders, 24, 2, () => answers[index++ % answers.length] ?? true);
          for (const times of offered.values()) expect(times).toBeLessThanOrEqual(24);
          const all = [...offered.values()].reduce((sum, times) => sum + times, 0);
          // At most three for each delivery and for each refusal.
          const refused = riders.reduce((sum, { declined }) => sum + declined, 0);
          expect(all).toBeLessThanOrEqual(3 * (24 + refused));
        },
      ),
    );
  });
});
