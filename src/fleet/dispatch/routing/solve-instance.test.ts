import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { below, seededRandom } from '../../../kernel/seeded-random.ts';
import { runs } from '../../../kernel/test-runs.ts';
import { byIterations, byTime } from './near.ts';
import type { WindowInstance } from './read/window-line.ts';
import { solveTour, solveWindows } from './solve-instance.ts';

function* permutations(items: readonly number[]): Generator<readonly number[]> {
  if (items.length < 2) yield items;
  for (const item of items) {
    for (const rest of permutations(items.filter((each) => each !== item))) yield [item, ...rest];
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const points = (min: number, max: number) =>
  fc.array(fc.tuple(fc.nat(100), fc.nat(100)), { minLength: min, maxLength: max });

function distances(all: readonly (readonly [number, number])[]): Float64Array {
  return Float64Array.from(
    all.flatMap(([x, y]) => all.map(([u, v]) => Math.round(Math.hypot(x - u, y - v)))),
  );
}

const closed = (cost: Float64Array, cities: number, order: readonly number[]) =>
  order.reduce(
    (sum, city, index) =>
      sum + (cost[city * cities + (order[(index + 1) % order.length] ?? 0)] ?? 0),
    0,
  );

describe('a tour', () => {
  it('of few cities is the shortest possible', () => {
    fc.assert(
      fc.property(points(1, 7), (all) => {
        const cost = distances(all);
        const cities = all.length;
        const { order, length, feasible } = solveTour(
          { name: '', cities, cost },
          byIterations(300, 1),
        );
        expect(feasible).toBe(true);
        expect([...order].sort((a, b) => a - b)).toEqual(upTo(cities).map((index) => index + 1));
        const zero = order.map((city) => city - 1);
        expect(length).toBe(closed(cost, cities, zero));
        const best = Math.min(
          ...[...permutations(upTo(cities).slice(1))].map((rest) =>
            closed(cost, cities, [0, ...rest]),
          ),
        );
        expect(length).toBe(best);
      }),
      { numRuns: runs(200, 30) },
    );
  });

  it('of many cities visits each once and has the length it reports', () => {
    fc.assert(
      fc.property(points(8, 120), fc.nat(9), (all, seed) => {
        const cost = distances(all);
        const cities = all.length;
        const { order, length } = solveTour({ name: '', cities, cost }, byIterations(50, seed));
        expect(new Set(order).size).toBe(cities);
        expect(length).toBe(
          closed(
            cost,
            cities,
            order.map((city) => city - 1),
          ),
        );
      }),
      { numRuns: runs(200, 30) },
    );
  });
});

/**
 * Instances with windows around the times of some order, so that at least one order is feasible.
 */
const instances = fc
  .tuple(points(1, 7), fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { minLength: 7, maxLength: 7 }))
  .map(([all, slack]): WindowInstance => {
    const places = all.length;
    const matrix = distances(all);
    const ready = new Float64Array(places);
    const due = new Float64Array(places).fill(100_000);
    let time = 0;
    for (let place = 1; place < places; place += 1) {
      time += matrix[(place - 1) * places + place] ?? 0;
      const [early = 0, late = 0] = slack[place] ?? [];
      ready[place] = Math.max(0, time - early);
      due[place] = time + late;
    }
    return { name: '', places, matrix, ready, due };
  });

/** Computes the cost of an order, or null if a window is missed. Independent of the solver. */
function driven(instance: WindowInstance, order: readonly number[]): number | null {
  const { places, matrix, ready, due } = instance;
  let time = ready[0] ?? 0;
  let cost = 0;
  let from = 0;
  for (const to of [...order, 0]) {
    const leg = matrix[from * places + to] ?? 0;
    cost += leg;
    time = to === 0 ? time + leg : Math.max(time + leg, ready[to] ?? 0);
    if (time > (due[to] ?? 0)) return null;
    from = to;
  }
  return cost;
}

describe('a tour with windows', () => {
  it('of few places is the shortest that keeps them all', () => {
    fc.assert(
      fc.property(instances, (instance) => {
        const { order, length, feasible } = solveWindows(instance, byIterations(400, 1));
        const all = [...permutations(upTo(instance.places).slice(1))];
        const best = Math.min(
          ...all.map((each) => driven(instance, each) ?? Number.POSITIVE_INFINITY),
        );
        expect(feasible).toBe(true);
        expect([driven(instance, order), length]).toEqual([best, best]);
      }),
      { numRuns: runs(200, 30) },
    );
  });

  it('that are narrow keeps them all, where stop-by-stop insertion fails', () => {
    const places = 151;
    const random = seededRandom(3);
    const matrix = distances(
      upTo(places).map(() => [below(random, 50), below(random, 50)] as const),
    );
    const ready = new Float64Array(places);
    const due = new Float64Array(places).fill(1_000_000);
    let time = 0;
    for (let place = 1; place < places; place += 1) {
      const before = (place * 7 - 7) % places;
      time += matrix[before * places + ((place * 7) % places)] ?? 0;
      ready[(place * 7) % places] = Math.max(0, time - 15);
      due[(place * 7) % places] = time + 15;
    }
    const instance = { name: '', places, matrix, ready, due };
    const { order, length, feasible } = solveWindows(instance, byIterations(300, 1));
    expect(feasible).toBe(true);
    expect(driven(instance, order)).toBe(length);
  });

  it('that cannot be kept is reported as infeasible, and still visits each place once', () => {
    const instance: WindowInstance = {
      name: '',
      places: 4,
      matrix: distances([
        [0, 0],
        [50, 0],
        [0, 50],
        [50, 50],
      ]),
      ready: Float64Array.from([0, 0, 0, 0]),
      due: Float64Array.from([1_000, 50, 50, 1_000]),
    };
    const { order, feasible } = solveWindows(instance, byIterations(200, 1));
    expect(feasible).toBe(false);
    expect([...order].sort()).toEqual([1, 2, 3]);
  });

  it('handles decimals exactly', () => {
    const matrix = Float64Array.from([0, 0.1, 0.7, 0.1, 0, 0.2, 0.7, 0.2, 0]);
    const due = Float64Array.from([1, 0.1, 0.3]);
    const instance = { name: '', places: 3, matrix, ready: new Float64Array(3), due };
    expect(solveWindows(instance, byIterations(20, 1))).toEqual({
      order: [1, 2],
      length: 1,
      feasible: true,
    });
  });
});

describe('the search', () => {
  it('gives the same answer for the same seed and iterations', () => {
    const cost = distances(
      upTo(60).map((index) => [(index * 37) % 101, (index * index * 13) % 97] as const),
    );
    const solve = (seed: number) =>
      solveTour({ name: '', cities: 60, cost }, byIterations(20, seed)).order.join();
    expect(solve(1)).toBe(solve(1));
    expect(solve(2)).not.toBe(solve(1));
  });

  it('ends when the time is used up, which it checks periodically', () => {
    let solved = 0;
    const cost = distances(upTo(20).map((index) => [index * 7, (index * index) % 50] as const));
    const usedMs = () => {
      solved += 1;
      return solved;
    };
    solveTour({ name: '', cities: 20, cost }, byTime(usedMs, 50, 1));
    expect(solved).toBe(50);
  });
});
