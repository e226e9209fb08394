import { describe, expect, it } from 'vitest';
import { assignOnMap, type FreeOnMap, type OpenOnMap } from './assign-on-map.ts';
import type { OnShift } from './rank-couriers.ts';

const NOW_MS = Date.UTC(2026, 4, 4, 12);
const SHOP = { lat: 53.55, lng: 9.99 };
const DESTINATION = { lat: 53.556, lng: 9.99 };
/** The place this many metres north of the shop. */
const north = (metres: number) => ({ lat: SHOP.lat + metres / 111_195, lng: SHOP.lng });

function wanted(id: string, changes: Partial<OpenOnMap> = {}): OpenOnMap {
  return {
    id,
    placedMs: NOW_MS,
    readyMs: NOW_MS,
    origin: SHOP,
    destination: DESTINATION,
    size: 'small',
    weightG: null,
    ...changes,
  };
}

function free(courierId: string, metres: number, changes: Partial<OnShift> = {}): FreeOnMap {
  const courier: OnShift = {
    courierId,
    by: 'bike',
    place: north(metres),
    load: 0,
    capacityParcels: null,
    capacityWeightG: null,
    shiftEndsAtMs: null,
    accepted: 0,
    declined: 0,
    lastAcceptedMs: null,
    ...changes,
  };
  return { courier, place: north(metres), freeMs: NOW_MS };
}

const routes = (open: readonly OpenOnMap[], couriers: readonly FreeOnMap[]) =>
  assignOnMap(open, couriers, NOW_MS).map(({ courierId, ids }) => [courierId, ...ids]);

describe('assignOnMap', () => {
  it('never assigns what a courier cannot carry, and assigns at once to one who can', () => {
    const near = free('near', 50, { capacityWeightG: 2_000 });
    const car = free('car', 2_000, { by: 'car' });
    expect(routes([wanted('a')], [near, car])).toEqual([['near', 'a']]);
    expect(routes([wanted('a', { size: 'large' })], [near, car])).toEqual([['car', 'a']]);
    expect(routes([wanted('a', { weightG: 5_000 })], [near, car])).toEqual([['car', 'a']]);
    expect(routes([wanted('a', { size: 'large' })], [near])).toEqual([]);
  });

  it('assigns nothing to a courier who gave it up', () => {
    const [near, far] = [free('near', 50), free('far', 900)];
    const given = wanted('a', { except: new Set(['near']) });
    expect(routes([given], [near, far])).toEqual([['far', 'a']]);
    expect(routes([given], [near])).toEqual([]);
    const [first = []] = routes([given, wanted('b')], [near, far]).filter(([id]) => id === 'near');
    expect(first).not.toContain('a');
  });

  it('adds nothing to a route when the courier has no room', () => {
    const two = [wanted('a'), wanted('b', { destination: north(700) })];
    expect(routes(two, [free('x', 50)])).toEqual([['x', 'a', 'b']]);
    expect(routes(two, [free('x', 50, { capacityParcels: 1 })])).toEqual([['x', 'a']]);
    expect(routes(two, [free('x', 50, { capacityParcels: 3, load: 2 })])).toEqual([['x', 'a']]);
  });

  it('measures the distance from where the courier will be free', () => {
    const far = { ...free('far', 100), place: north(100) };
    const now = { lat: SHOP.lat + 0.2, lng: SHOP.lng };
    expect(routes([wanted('a')], [{ ...far, courier: { ...far.courier, place: now } }])).toEqual([
      ['far', 'a'],
    ]);
  });
});
