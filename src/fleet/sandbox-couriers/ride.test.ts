import { expect, it } from 'vitest';
import { distanceM, type LatLng } from '../../kernel/places/distance.ts';
import type { OwnDelivery } from './phone.ts';
import { placeOn } from './ride.ts';
import { nextErrand, SPEED_MPS } from './sandbox-courier.ts';
import { DEMO, RESIDENTS } from './start.ts';
import { readStreets, streetsOf, wayOn } from './streets.ts';

const STREETS = readStreets();
const wayBetween = (from: LatLng, to: LatLng) => wayOn(STREETS, from, to);
const SHOP = DEMO.origin.at;
const DESTINATION = DEMO.destination.at;
const HOME = RESIDENTS[0]?.home ?? SHOP;
const far = { lat: 52.52, lng: 13.4 };

function delivery(more: Partial<OwnDelivery>): OwnDelivery {
  const places = { origin: SHOP, destination: DESTINATION };
  return { id: 'del_1', phase: 'assigned', ...places, readyMs: 0, requireProof: [], ...more };
}

it('a way leads on streets from one place to the other, never faster than one rides', () => {
  const way = wayBetween(SHOP, DESTINATION);
  expect(way[0]).toEqual(SHOP);
  expect(way.at(-1)).toEqual(DESTINATION);
  let before = placeOn(way, 0);
  for (let goneM = 20; goneM < 3_000; goneM += 20) {
    const at = placeOn(way, goneM);
    expect(distanceM(before, at)).toBeLessThanOrEqual(20.5);
    expect(at.heading).toBeGreaterThanOrEqual(0);
    expect(at.heading).toBeLessThan(360);
    before = at;
  }
  expect(before).toMatchObject({ ...DESTINATION, isThere: true });
  expect(placeOn(wayBetween(SHOP, SHOP), 0).isThere).toBe(true);
});

it.each([
  ['assigned', { kind: 'pick_up', at: SHOP }],
  ['picked_up', { kind: 'hand_over', at: DESTINATION }],
  ['arriving', { kind: 'hand_over', at: DESTINATION }],
  ['attempted', { kind: 'turn_round' }],
  ['returning', { kind: 'bring_back', at: SHOP }],
])('of one that is %s it is known what to do', (phase, errand) => {
  expect(nextErrand([delivery({ phase })], HOME)).toMatchObject(errand);
});

it('a finished delivery needs nobody, a distant one is returned, and parcels in the bag go first', () => {
  expect(nextErrand([delivery({ phase: 'delivered' })], HOME)).toBe(null);
  expect(nextErrand([delivery({ origin: far })], HOME)).toMatchObject({ kind: 'give_back' });
  expect(nextErrand([delivery({ destination: far })], HOME)).toMatchObject({ kind: 'give_back' });
  const both = [delivery({}), delivery({ id: 'del_2', phase: 'picked_up' })];
  expect(nextErrand(both, HOME)).toMatchObject({ kind: 'hand_over', delivery: { id: 'del_2' } });
});

it.each(RESIDENTS)('$name hands the demo delivery over within the promised six minutes', (one) => {
  const legs = [wayBetween(one.home, SHOP), wayBetween(SHOP, DESTINATION)];
  const [toShopS = 0, toDestinationS = 0] = legs.map((way) => lengthM(way) / SPEED_MPS);
  expect(toShopS).toBeLessThan(75);
  // The rest is for the offer, the two stops, and a slow machine.
  expect(toShopS + toDestinationS).toBeLessThan(310);
});

it('a way is the shortest, against no one-way street, and straight where there are no streets', () => {
  // A square of streets, of which the western one leads north only.
  const square = streetsOf({
    points: [4_700_000, 900_000, 100, 0, 0, 150, -100, 0],
    streets: [
      [0, 3],
      [1, 2],
      [2, 3],
    ],
    one_way: [[0, 1]],
  });
  const [southWest, northWest, northEast, southEast] = square.points;
  if (!southWest || !northWest || !northEast || !southEast) throw new Error('no square');
  expect(wayOn(square, southWest, northWest)).toEqual([southWest, northWest]);
  expect(wayOn(square, northWest, southWest)).toEqual([
    ...[northWest, northEast, southEast, southWest],
  ]);
  expect(wayOn(square, southWest, far)).toEqual([southWest, far]);
});

it('the demo’s way is on streets that a map shows', () => {
  const way = wayBetween(SHOP, DESTINATION);
  const onStreets = new Set(STREETS.points);
  expect(way.slice(1, -1).every((place) => onStreets.has(place))).toBe(true);
  expect(way.length).toBeGreaterThan(10);
});

function lengthM(way: readonly LatLng[]): number {
  return way.slice(1).reduce((sumM, to, index) => sumM + distanceM(way[index] ?? to, to), 0);
}
