import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { simplify, squaredErrorM2, synchronizedErrorsM } from './simplify.ts';
import { earthTrail, planeTrail, type Trail } from './trail.ts';

const SEED = 20_261_122;

/** Rides, waits, noise, gaps and several fixes of one instant. */
const walk = fc
  .record({
    steps: fc.array(
      fc.record({
        afterS: fc.constantFrom(0, 1, 5, 5, 5, 5, 30, 600),
        eastM: fc.double({ min: -60, max: 60, noNaN: true }),
        northM: fc.double({ min: -60, max: 60, noNaN: true }),
        isStanding: fc.boolean(),
      }),
      { maxLength: 60 },
    ),
    noiseM: fc.constantFrom(0, 2, 8),
    toleranceM: fc.constantFrom(1, 10, 25),
  })
  .map(({ steps, noiseM, toleranceM }) => {
    let [timeS, x, y] = [0, 0, 0];
    const fixes = [{ timeS, x, y }];
    for (const { afterS, eastM, northM, isStanding } of steps) {
      timeS += afterS;
      x += isStanding ? 0 : eastM;
      y += isStanding ? 0 : northM;
      fixes.push({ timeS, x: x + (eastM * noiseM) / 60, y: y - (northM * noiseM) / 60 });
    }
    return { fixes, toleranceM };
  });

type Walked = { readonly timeS: number; readonly x: number; readonly y: number };

const plane = (fixes: readonly Walked[]): Trail =>
  planeTrail(
    fixes.map(({ timeS }) => timeS),
    fixes.map(({ x }) => x),
    fixes.map(({ y }) => y),
  );

/** The fewest fixes, by brute force. */
function fewest(trail: Trail, toleranceM: number): number {
  const count = trail.timeS.length;
  const legs = new Array<number>(count).fill(Infinity);
  legs[0] = 0;
  for (let to = 1; to < count; to += 1) {
    for (let from = 0; from < to; from += 1) {
      let isFine = true;
      for (let at = from + 1; at < to && isFine; at += 1) {
        isFine = squaredErrorM2(trail, from, to, at) <= toleranceM ** 2 * (1 - 1e-9);
      }
      if (isFine) legs[to] = Math.min(legs[to] ?? Infinity, (legs[from] ?? Infinity) + 1);
    }
  }
  return (legs[count - 1] ?? 0) + 1;
}

describe('a simplified trail', () => {
  it('is nowhere further off than allowed, in order, with both ends, and has the fewest points', () => {
    fc.assert(
      fc.property(walk, ({ fixes, toleranceM }) => {
        const trail = plane(fixes);
        const left = simplify(trail, toleranceM);
        expect(left[0]).toBe(0);
        expect(left.at(-1)).toBe(fixes.length - 1);
        for (let index = 1; index < left.length; index += 1)
          expect(left[index]).toBeGreaterThan(left[index - 1] ?? Infinity);
        expect(Math.max(...synchronizedErrorsM(trail, left))).toBeLessThanOrEqual(toleranceM);
        expect(left.length).toBe(fewest(trail, toleranceM));
      }),
      { seed: SEED, numRuns: runs(600, 120) },
    );
  });

  it('is deterministic; simplified again, its errors add up to twice the limit', () => {
    fc.assert(
      fc.property(walk, ({ fixes, toleranceM }) => {
        const trail = plane(fixes);
        const left = simplify(trail, toleranceM);
        expect([...simplify(trail, toleranceM)]).toEqual([...left]);
        const again = plane([...left].map((index) => fixes[index] as Walked));
        const twice = Array.from(simplify(again, toleranceM), (index) => left[index] ?? -1);
        const errors = synchronizedErrorsM(trail, twice);
        // Of several fixes at one instant, only one can be the courier's place.
        if (new Set(trail.timeS).size < trail.timeS.length) return;
        expect(Math.max(...errors)).toBeLessThanOrEqual(2 * toleranceM + 1e-9);
      }),
      { seed: SEED, numRuns: runs(200) },
    );
  });

  it('keeps a wait: no ride across it', () => {
    // 50 s at 10 m/s, ten minutes at an address with noise of 3 m, 50 s more.
    const fixes: Walked[] = [];
    for (let timeS = 0; timeS <= 700; timeS += 5) {
      const ridden = timeS < 50 ? timeS : timeS < 650 ? 50 : timeS - 600;
      fixes.push({ timeS, x: 10 * ridden + 3 * Math.sin(timeS), y: 3 * Math.cos(timeS * 1.7) });
    }
    const trail = plane(fixes);
    const left = [...simplify(trail, 10)];
    expect(left.length).toBeLessThanOrEqual(6);
    for (let index = 1; index < left.length; index += 1) {
      const [from, to] = [fixes[left[index - 1] ?? 0], fixes[left[index] ?? 0]] as [Walked, Walked];
      const isAcross = from.timeS <= 100 && to.timeS >= 600;
      if (isAcross) expect(Math.hypot(to.x - from.x, to.y - from.y)).toBeLessThan(25);
      else expect(to.timeS - from.timeS).toBeLessThan(610);
    }
  });

  it('measures degrees as metres on the Earth, including across the date line', () => {
    const alongLine = Array.from({ length: 40 }, (_, index) => index);
    for (const [lat, lng] of [
      [53.55, 9.99],
      [-16.5, 179.998],
      [0, 0],
    ] as const) {
      // One metre per second to the east, 8 m off to the north in the middle.
      const degrees = (metres: number) => metres / 111_195;
      const trail = earthTrail(
        alongLine,
        alongLine.map((index) => lat + degrees(index === 20 ? 8 : 0)),
        alongLine.map((index) => {
          const east = lng + degrees(index) / Math.cos((lat * Math.PI) / 180);
          return east > 180 ? east - 360 : east;
        }),
      );
      expect([...simplify(trail, 10)]).toEqual([0, 39]);
      expect([...simplify(trail, 7)]).toContain(20);
      expect(synchronizedErrorsM(trail, [0, 39])[20]).toBeCloseTo(8, 1);
    }
  });

  it('may be empty, of one fix, or of one instant', () => {
    expect([...simplify(planeTrail([], [], []), 10)]).toEqual([]);
    expect([...simplify(planeTrail([5], [1], [1]), 10)]).toEqual([0]);
    expect([...simplify(planeTrail([5, 5, 5], [1, 2, 3], [1, 1, 1]), 10)]).toEqual([0, 2]);
    expect([...simplify(planeTrail([5, 5, 5], [1, 90, 3], [1, 1, 1]), 10)]).toEqual([0, 1, 2]);
  });

  it('stays cheap and small when a courier stands all night', () => {
    const night = Array.from({ length: 5_000 }, (_, index) => index * 5);
    const trail = planeTrail(
      night,
      night.map((at) => 6 * Math.sin(at * 7)),
      night.map((at) => 6 * Math.cos(at * 3)),
    );
    const left = simplify(trail, 10);
    expect(left.length).toBeLessThan(20);
    expect(Math.max(...synchronizedErrorsM(trail, left))).toBeLessThanOrEqual(10);
  });
});
