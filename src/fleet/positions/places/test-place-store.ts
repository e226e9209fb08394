import { expect, it } from 'vitest';
import type { Tenant } from '../../../kernel/tenant.ts';
import { type CourierPlace, newestPlace, type PlaceStore, type Reported } from './place-store.ts';

const NOW_MS = Date.UTC(2026, 2, 10, 12);
const ONE: Tenant = { merchantId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80', mode: 'live' };
const OTHER: Tenant = { ...ONE, mode: 'test' };

const at = (courierId: string, s: number, eastM: number, more = {}, tenant = ONE): Reported => ({
  courierId,
  tenant,
  position: {
    atMs: NOW_MS + s * 1_000,
    lat: 0,
    lng: eastM / 111_195,
    accuracyM: null,
    speedKmh: null,
    heading: null,
    battery: null,
    ...more,
  },
});

/** The behaviour that every store of places shares. */
export function describePlaceStore(open: () => Promise<PlaceStore>): void {
  const withStore = async (work: (store: PlaceStore) => Promise<void>) => {
    const store = await open();
    try {
      await work(store);
    } finally {
      await store.close();
    }
  };
  const whereIs = async (store: PlaceStore, courierId: string, tenant = ONE) =>
    (await store.find(tenant, [courierId])).get(courierId)?.position;

  it('shows the newest plausible place, with one judge over all requests', () =>
    withStore(async (store) => {
      const take = async (...all: Reported[]) => [...(await store.take(all, NOW_MS))];
      expect(await take(at('a', 0, 0), at('b', 0, 0), at('a', 10, 100))).toEqual(
        Array(3).fill('shown'),
      );
      expect(await take(at('a', 5, 50), at('a', 20, 0, { accuracyM: 201 }))).toEqual([
        'older',
        'inaccurate',
      ]);
      expect(await take(at('a', 30, 90_000))).toEqual(['jump']);
      expect(await take(at('a', 31, 90_001))).toEqual(['jump']);
      expect(await whereIs(store, 'a')).toEqual(at('a', 10, 100).position);
      expect(await take(at('a', 32, 90_002))).toEqual(['shown']);
      expect(await whereIs(store, 'a')).toEqual(at('a', 32, 90_002).position);
      expect((await store.find(ONE, ['a'])).get('a')?.receivedAtMs).toBe(NOW_MS);
      expect(await take()).toEqual([]);
    }));

  it('publishes what is shown, and nothing else', () =>
    withStore(async (store) => {
      const notified: CourierPlace[] = [];
      const end = store.onShown({
        places: (shown) => void notified.push(...shown),
        couriers: (moved) =>
          void notified.push(...moved.flatMap((each) => newestPlace(each) ?? [])),
      });
      await store.take([at('a', 0, 0), at('a', -5, 0), at('a', 5, 9), at('b', 1, 0)], NOW_MS);
      const last = new Map(notified.map((place) => [place.courierId, place.position.atMs]));
      expect([...last]).toEqual([
        ['a', NOW_MS + 5_000],
        ['b', NOW_MS + 1_000],
      ]);
      end();
      await store.take([at('a', 10, 0)], NOW_MS);
      expect(notified.some(({ position }) => position.atMs > NOW_MS + 5_000)).toBe(false);
    }));

  it('separates tenants, and finds couriers nearby, nearest first', () =>
    withStore(async (store) => {
      await store.take(
        [at('a', 0, 300), at('b', 0, 100), at('c', 0, 5_000), at('x', 0, 0, {}, OTHER)],
        NOW_MS,
      );
      const near = await store.near(ONE, { lat: 0, lng: 0 }, { radiusM: 1_000, limit: 10 });
      expect(near.map(({ courierId }) => courierId)).toEqual(['b', 'a']);
      expect(near[0]?.distanceM).toBeGreaterThan(99);
      expect(near[0]?.distanceM).toBeLessThan(101);
      const one = await store.near(ONE, { lat: 0, lng: 0 }, { radiusM: 1_000, limit: 1 });
      expect(one).toHaveLength(1);
      expect((await store.all(ONE)).map(({ courierId }) => courierId).sort()).toEqual([
        'a',
        'b',
        'c',
      ]);
      expect(await whereIs(store, 'x')).toBeUndefined();
      expect((await store.couriers()).map(({ courierId }) => courierId).sort()).toEqual([
        'a',
        'b',
        'c',
        'x',
      ]);
    }));

  it('drops couriers on request, and restores only what is newer than its own data', () =>
    withStore(async (store) => {
      await store.take([at('a', 0, 0), at('b', 10, 0)], NOW_MS);
      await store.drop(at('a', 0, 0));
      expect(await whereIs(store, 'a')).toBeUndefined();
      expect(await store.near(ONE, { lat: 0, lng: 0 }, { radiusM: 10, limit: 9 })).toHaveLength(1);
      const stored = (courierId: string, s: number): CourierPlace => ({
        ...at(courierId, s, 0),
        receivedAtMs: NOW_MS - 7,
      });
      await store.restore([stored('a', 1), stored('b', 1)]);
      expect((await whereIs(store, 'b'))?.atMs).toBe(NOW_MS + 10_000);
      const found = (await store.find(ONE, ['a'])).get('a');
      expect([found?.position.atMs, found?.receivedAtMs]).toEqual([NOW_MS + 1_000, NOW_MS - 7]);
      expect(await store.isEmpty()).toBe(false);
    }));

  it('judges a courier once when requests arrive at the same moment', () =>
    withStore(async (store) => {
      const many = Array.from({ length: 20 }, (_, i) => store.take([at('a', i, i)], NOW_MS));
      await Promise.all(many);
      expect((await whereIs(store, 'a'))?.atMs).toBe(NOW_MS + 19_000);
    }));
}
