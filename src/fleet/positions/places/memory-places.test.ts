import { describe } from 'vitest';
import { createMemoryPlaces } from './memory-places.ts';
import type { PlaceStore, Remembered, Reported } from './place-store.ts';
import { describePlaceStore } from './test-place-store.ts';
import { remembered } from './test-remembered.ts';

describe('places in the process', () => {
  describePlaceStore(async () => createMemoryPlaces());
});

describe('places of couriers that the process remembers', () => {
  describePlaceStore(async () => {
    const store = createMemoryPlaces();
    const couriers = new Map<string, Remembered>();
    const withCourier = (each: Reported): Reported => {
      const key = `${each.tenant.mode} ${each.courierId}`;
      const courier = couriers.get(key) ?? remembered();
      couriers.set(key, courier);
      return { ...each, courier };
    };
    const take: PlaceStore['take'] = (all, nowMs) => store.take(all.map(withCourier), nowMs);
    return { ...store, take };
  });
});
