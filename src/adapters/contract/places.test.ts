import { describe, expect, it } from 'vitest';
import type { PickupPoint, PickupPointQuery } from './extras.ts';
import {
  isPlausiblePlace,
  metresBetween,
  openingHours,
  pointsOutcome,
  wallTime,
} from './places.ts';

const BERLIN: PickupPointQuery = { country: 'DE', postalCode: '10115' };

function point(id: string, more: Partial<PickupPoint> = {}): PickupPoint {
  return {
    id,
    kind: 'shop',
    name: 'A shop',
    address: { street: null, city: null, region: null, postalCode: null, country: 'DE' },
    lat: null,
    lng: null,
    distanceM: null,
    hours: null,
    services: [],
    capacity: null,
    temporarilyClosed: false,
    weightMaxG: null,
    ...more,
  };
}

describe('the place of a search', () => {
  it.each([
    {},
    { postalCode: 'SW1A 1AA', country: 'GB' },
    { postalCode: '1000-001', country: 'PT' },
    { city: 'Saint-Étienne' },
    { city: "L'Aquila" },
    { lat: -33.9, lng: 151.2 },
  ])('may be %j', (more) => {
    expect(isPlausiblePlace({ ...BERLIN, ...more })).toBe(true);
  });

  it.each([
    { postalCode: '' },
    { postalCode: '../x' },
    { postalCode: '10115 ' },
    { postalCode: '1'.repeat(11) },
    { country: 'de' },
    { country: 'DEU' },
    { city: 'A\nB' },
    { city: '' },
    { lat: 52.5 },
    { lat: 52.5, lng: 181 },
    { lat: Number.NaN, lng: 0 },
  ])('cannot be %j', (more) => {
    expect(isPlausiblePlace({ ...BERLIN, ...more })).toBe(false);
  });
});

describe('points that were found', () => {
  it('are answered each once, the nearest first, within radius, kind and limit', () => {
    const found = [
      point('far', { distanceM: 9_000 }),
      point('near', { distanceM: 10 }),
      point('near', { distanceM: 10 }),
      point('somewhere'),
      point('locker', { kind: 'locker', distanceM: 5 }),
      point('beyond', { distanceM: 20_000 }),
    ];
    const query = { ...BERLIN, kinds: ['shop'] } as const;
    const ids = (outcome: ReturnType<typeof pointsOutcome>) =>
      outcome.outcome === 'points' ? outcome.points.map(({ id }) => id) : outcome.outcome;
    expect(ids(pointsOutcome(found, query))).toEqual(['near', 'far', 'somewhere']);
    expect(ids(pointsOutcome(found, { ...query, limit: 1 }))).toEqual(['near']);
    expect(ids(pointsOutcome(found, { ...query, radiusM: 100 }))).toEqual(['near', 'somewhere']);
    expect(ids(pointsOutcome(found, { ...query, kinds: ['post_office'] }))).toBe('none');
  });
});

describe('a clock', () => {
  it.each([
    ['0', '00:00'],
    ['930', '09:30'],
    ['1845', '18:45'],
    ['09:00', '09:00'],
    ['9:00:00', '09:00'],
    ['24:00', '24:00'],
    ['2400', '24:00'],
  ])('written %s is %s', (text, time) => {
    expect(wallTime(text)).toBe(time);
  });

  it.each(['', 'noon', '25:00', '24:01', '0960', '12345', undefined])('is not %s', (text) => {
    expect(wallTime(text)).toBeNull();
  });

  it('at midnight on both ends is open all day', () => {
    expect(openingHours('monday', '0', '0')).toEqual([
      { weekday: 'monday', opens: '00:00', closes: '24:00' },
    ]);
    expect(openingHours(undefined, '0900', '1800')).toEqual([]);
    expect(openingHours('monday', '0900', undefined)).toEqual([]);
  });
});

it('measures as the crow flies', () => {
  expect(metresBetween({ lat: 52.52, lng: 13.405 }, { lat: 52.51, lng: 13.405 })).toBe(1_112);
  expect(metresBetween({ lat: 0, lng: 180 }, { lat: 0, lng: -180 })).toBe(0);
});
