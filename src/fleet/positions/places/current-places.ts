import type { Clock } from '../../../platform/clock.ts';
import type { CourierPlace, PlaceStore } from './place-store.ts';

/**
 * Finds from which age these couriers' places are old, in ms; couriers out of contact are left out.
 */
export type OldAfterMs = (courierIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;

/** No merchant calls places of this age old, so nothing is looked up. */
const FRESH_MS = 60_000;

/**
 * Wraps a store for readers: old places are marked, and those of couriers out of contact are left
 * out. No store can expire the place of one courier.
 */
export function currentPlaces(store: PlaceStore, oldAfterMs: OldAfterMs, clock: Clock): PlaceStore {
  async function current<Place extends CourierPlace>(places: readonly Place[]): Promise<Place[]> {
    const nowMs = clock.nowMs();
    const ageMs = ({ position }: CourierPlace) => nowMs - position.atMs;
    const aging = places.filter((place) => ageMs(place) > FRESH_MS);
    const limits = await oldAfterMs(aging.map(({ courierId }) => courierId));
    return places
      .filter((place) => ageMs(place) <= FRESH_MS || limits.has(place.courierId))
      .map((place) => ({
        ...place,
        isOld: ageMs(place) >= (limits.get(place.courierId) ?? Infinity),
      }));
  }
  return {
    ...store,
    async find(...whose) {
      const found = await current([...(await store.find(...whose)).values()]);
      return new Map(found.map((place) => [place.courierId, place]));
    },
    near: async (...where) => current(await store.near(...where)),
    all: async (tenant) => current(await store.all(tenant)),
  };
}
