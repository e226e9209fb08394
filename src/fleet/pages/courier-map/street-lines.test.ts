import { expect, it } from 'vitest';
import { drivenOf } from '../../../http/maps/client/geometry.ts';
import type { Position } from '../../../http/maps/map-data.ts';
import { readStreets } from '../../sandbox-couriers/streets.ts';
import { alongStreets, streetLines } from './street-lines.ts';

const SCHAAN: Position = [9.50758, 47.16764];
const VADUZ: Position = [9.52034, 47.14161];

it('draws a route along the streets, through each of its points', () => {
  const way = streetLines(readStreets).along([SCHAAN, VADUZ, SCHAAN]) ?? [];
  expect(way.length).toBeGreaterThan(50);
  expect([way[0], way.at(-1)]).toEqual([SCHAAN, SCHAAN]);
  expect(way).toContain(VADUZ);
});

it('draws a straight line where no streets are known, without reading them', () => {
  const streets = streetLines(() => {
    throw new Error('read');
  });
  const points: Position[] = [SCHAAN, [9.99, 53.55]];
  expect(alongStreets({ kind: 'route', points }, streets)).toEqual({
    ...{ kind: 'route', points, isStraight: true },
  });
  expect(streets.along([SCHAAN])).toBe(null);
});

it('ends a route where its courier is, and never goes back to a corner they have passed', () => {
  const points: Position[] = [0, 1, 2, 3, 4].map((step) => [9.5 + step / 1_000, 47.1]);
  expect(drivenOf(points, [9.5003, 47.1])).toBe(1);
  expect(drivenOf(points, [9.5016, 47.1])).toBe(2);
  expect(drivenOf(points, [9.5022, 47.1])).toBe(3);
  expect(drivenOf(points, [9.504, 47.1])).toBe(4);
});
