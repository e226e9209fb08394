import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs } from '../../../kernel/test-runs.ts';
import { assignSparse } from './sparse-assignment.ts';

interface Row {
  readonly alone: number;
  /** Cost by column; null: no edge. */
  readonly costs: readonly (number | null)[];
}

const COLUMNS = 5;
const rows = fc.array(
  fc.record({
    alone: fc.nat(40),
    costs: fc.array(fc.option(fc.integer({ min: -20, max: 40 })), {
      minLength: COLUMNS,
      maxLength: COLUMNS,
    }),
  }),
  { maxLength: 6 },
);

/** The least total cost, by brute force. */
function cheapest(left: readonly Row[], used: ReadonlySet<number>): number {
  const [row, ...rest] = left;
  if (row === undefined) return 0;
  let best = row.alone + cheapest(rest, used);
  for (const [column, cost] of row.costs.entries()) {
    if (cost === null || used.has(column)) continue;
    best = Math.min(best, cost + cheapest(rest, new Set([...used, column])));
  }
  return best;
}

it('pairs at the minimum cost, and no column twice', () => {
  fc.assert(
    fc.property(rows, (all) => {
      const first = [0];
      const column: number[] = [];
      const cost: number[] = [];
      for (const { costs } of all) {
        for (const [index, each] of costs.entries()) {
          if (each === null) continue;
          column.push(index);
          cost.push(each);
        }
        first.push(column.length);
      }
      const edges = assignSparse({
        columns: COLUMNS,
        first: Int32Array.from(first),
        column: Int32Array.from(column),
        cost: Float64Array.from(cost),
        alone: Float64Array.from(all, ({ alone }) => alone),
      });
      const used = [...edges].filter((edge) => edge >= 0).map((edge) => column[edge]);
      expect(new Set(used).size).toBe(used.length);
      let sum = 0;
      for (const [index, edge] of edges.entries()) {
        if (edge >= 0)
          expect(edge >= (first[index] ?? 0) && edge < (first[index + 1] ?? 0)).toBe(true);
        sum += edge < 0 ? (all[index]?.alone ?? 0) : (cost[edge] ?? 0);
      }
      expect(sum).toBe(cheapest(all, new Set()));
    }),
    { numRuns: runs(2_000, 200) },
  );
});

it('stays exact when hundreds of rows compete for few columns', () => {
  const count = 400;
  const first = Int32Array.from({ length: count + 1 }, (_, index) => index * 3);
  const column = Int32Array.from({ length: count * 3 }, (_, index) => (index * 7) % 20);
  const cost = Float64Array.from({ length: count * 3 }, (_, index) => (index * 37) % 101);
  const alone = new Float64Array(count).fill(1_000);
  const edges = assignSparse({ columns: 20, first, column, cost, alone });
  const paired = [...edges].filter((edge) => edge >= 0);
  expect(new Set(paired.map((edge) => column[edge])).size).toBe(20);
  // Leaving one more alone costs more than any pair: every column is used.
  expect(paired).toHaveLength(20);
});
