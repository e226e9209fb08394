import { expect, it } from 'vitest';
import { oneAMinute } from './thin-trail.ts';

it('of doubted points one a minute is retained, the same ones each time', () => {
  const points = Array.from({ length: 1_000 }, (_, nr) => ({ atMs: nr * 1_000, lat: nr, lng: 0 }));
  const thin = oneAMinute(points);
  expect(thin.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 17 }, (_, nr) => nr * 60_000));
  expect(oneAMinute(thin)).toEqual(thin);
  expect(oneAMinute([])).toEqual([]);
});
