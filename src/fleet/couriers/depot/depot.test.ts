import { expect, it } from 'vitest';
import { depotHint, isAtDepot } from './depot.ts';

const DEPOT = { lat: 53.5, lng: 9.9 };
const northM = (metres: number) => ({ lat: DEPOT.lat + metres / 111_195, lng: DEPOT.lng });

it('a courier is at the depot within its yard, and has left it when well away', () => {
  expect(isAtDepot(null, northM(149), DEPOT)).toBe(true);
  expect(isAtDepot(false, northM(160), DEPOT)).toBe(false);
  expect(isAtDepot(true, northM(290), DEPOT)).toBe(true);
  expect(isAtDepot(true, northM(310), DEPOT)).toBe(false);
});

it('hints appear after work, and not while there are parcels to load', () => {
  expect(depotHint({ holds: 0, toLoad: 0, doneToday: 0 })).toBeNull();
  expect(depotHint({ holds: 9, toLoad: 0, doneToday: 0 })).toBeNull();
  expect(depotHint({ holds: 2, toLoad: 0, doneToday: 9 })).toBe('hand_in');
  expect(depotHint({ holds: 0, toLoad: 3, doneToday: 9 })).toBeNull();
  expect(depotHint({ holds: 0, toLoad: 0, doneToday: 9 })).toBe('end_shift');
});
