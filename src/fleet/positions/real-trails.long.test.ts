import { expect, it } from 'vitest';
import { isThere, linesOf, TAXI_DAY, VAN_TRAILS } from '../../../test/support/fleet/city-data.ts';
import { metresBetween } from '../../kernel/places/distance.ts';
import { type Fix, judgeFix, NOWHERE, type ShownPlace } from './judge-fix.ts';
import { simplify, synchronizedErrorsM } from './simplify.ts';
import { planeTrail } from './trail.ts';

it.skipIf(!isThere(VAN_TRAILS))(
  'at most 27.5 % of the fixes of vans and walks are left, within 10 m',
  () => {
    const trails = new Map<string, number[][]>();
    for (const line of linesOf(VAN_TRAILS)) {
      const [name = '', ...numbers] = line.split(',');
      const rows = trails.get(name) ?? [];
      rows.push(numbers.map(Number));
      trails.set(name, rows);
    }
    let fixes = 0;
    let left = 0;
    for (const rows of trails.values()) {
      const column = (index: number) => rows.map((row) => row[index] ?? Number.NaN);
      const trail = planeTrail(column(0), column(1), column(2));
      const retained = simplify(trail, 10);
      fixes += rows.length;
      left += retained.length;
      expect(Math.max(...synchronizedErrorsM(trail, retained))).toBeLessThanOrEqual(10);
    }
    expect(fixes).toBe(43_200);
    expect(left / fixes).toBeLessThan(0.275);
  },
);

it.skipIf(!isThere(TAXI_DAY))('no jump is shown in a day of 499 taxis', () => {
  const places = new Map<string, ShownPlace>();
  const counts = { shown: 0, older: 0, inaccurate: 0, jump: 0 };
  let doubted = 0;
  let fast = 0;
  for (const line of linesOf(TAXI_DAY)) {
    const [seconds = '', cab = '', lat = '', lng = ''] = line.split(',');
    const fix: Fix = {
      atMs: Number(seconds) * 1_000,
      lat: Number(lat),
      lng: Number(lng),
      accuracyM: null,
    };
    const before = places.get(cab) ?? NOWHERE;
    const { verdict, place } = judgeFix(before, fix);
    places.set(cab, place);
    counts[verdict] += 1;
    if (verdict !== 'shown' || before.shown === null) continue;
    const aheadS = (fix.atMs - before.shown.atMs) / 1_000;
    const isFast = metresBetween(before.shown, fix) > (200 / 3.6) * aheadS;
    if (isFast && aheadS <= 300) {
      fast += 1;
      // Two earlier fixes agreed: that is where the taxi is.
      if (before.agreed === 2) doubted += 1;
    }
  }
  expect(counts.jump).toBeGreaterThan(1_000);
  expect(counts.jump / 456_453).toBeLessThan(0.01);
  expect(fast).toBe(doubted);
  process.stderr.write(`taxi day: ${JSON.stringify(counts)}, believed after three: ${fast}\n`);
});
