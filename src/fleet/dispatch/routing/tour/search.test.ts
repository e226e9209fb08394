import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../kernel/test-runs.ts';
import { Tour } from './tour.ts';

const cities = fc.integer({ min: 3, max: 40 });
const whole = fc.nat();

/** The tour as a list that begins with `first`. */
function read(tour: Tour, first: number): number[] {
  const order = [first];
  for (let at = tour.next(first); at !== first; at = tour.next(at)) order.push(at);
  return order;
}

const circular = (order: readonly number[]) => {
  const both = [order, [...order].reverse()].map((each) => {
    const at = each.indexOf(0);
    return [...each.slice(at), ...each.slice(0, at)].join();
  });
  return both.sort()[0];
};

function straight(count: number): Tour {
  return new Tour(Int32Array.from({ length: count }, (_, index) => index));
}

describe('a tour', () => {
  it('reverses the path between two cities, wherever they are', () => {
    fc.assert(
      fc.property(cities, whole, whole, (count, a, b) => {
        const tour = straight(count);
        const from = a % count;
        const to = b % count;
        const way: number[] = [];
        for (let at = from; ; at = (at + 1) % count) {
          way.push(at);
          if (at === to) break;
        }
        const rest: number[] = [];
        for (let at = (to + 1) % count; rest.length + way.length < count; at = (at + 1) % count) {
          rest.push(at);
        }
        tour.reverse(from, to);
        expect(circular(read(tour, 0))).toBe(circular([...way.reverse(), ...rest]));
      }),
      { numRuns: runs(500) },
    );
  });

  it('moves a segment, reversed or not, to either side', () => {
    fc.assert(
      fc.property(cities, whole, whole, whole, fc.boolean(), (count, a, b, c, reversed) => {
        const tour = straight(count);
        const first = a % count;
        const length = 1 + (b % Math.max(1, count - 2));
        const segment = Array.from({ length }, (_, index) => (first + index) % count);
        const others = Array.from(
          { length: count - length },
          (_, index) => (first + length + index) % count,
        );
        // After the last of the others is where it already is.
        const at = c % (others.length - 1 || 1);
        const after = others[at] ?? 0;
        tour.move(first, segment.at(-1) ?? 0, length, after, reversed);
        const put = reversed ? [...segment].reverse() : segment;
        const expected = [...others.slice(0, at + 1), ...put, ...others.slice(at + 1)];
        expect(circular(read(tour, 0))).toBe(circular(expected));
        for (const city of expected) expect(tour.order[tour.place[city] ?? -1]).toBe(city);
      }),
      { numRuns: runs(1_000) },
    );
  });

  it('undoes everything since the last `keep`', () => {
    fc.assert(
      fc.property(cities, fc.array(fc.tuple(whole, whole), { maxLength: 300 }), (count, turns) => {
        const tour = straight(count);
        const half = Math.floor(turns.length / 2);
        for (const [a, b] of turns.slice(0, half)) tour.reverse(a % count, b % count);
        tour.keep();
        const before = [...tour.order];
        for (const [a, b] of turns.slice(half)) {
          tour.reverse(a % count, b % count);
          tour.exchange(a % count, 1, 1);
        }
        tour.undo();
        expect([...tour.order]).toEqual(before);
      }),
      { numRuns: runs(300) },
    );
  });
});
