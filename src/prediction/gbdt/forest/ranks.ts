import { placeOf } from '../bins/codes.ts';
import { binOfNumber } from '../bins/edges.ts';
import { type Forest, type ForestColumn, NODE_SIZE } from './forest.ts';

/**
 * A row as trees read it, two integers for each column. A number becomes its rank among the trees'
 * thresholds; if it is missing, the first is lower and the second higher than all ranks, and a
 * node reads the one that goes its way. A category becomes the place of its code. Branching is
 * then integer arithmetic, missing or not.
 */
export type Ranks = Int32Array;

export const LOWEST = -1;
/**
 * The rank that is higher than all others. Comparands are smaller, and differences to it fit in 32
 * bits.
 */
export const HIGHEST = 2 ** 30;

/** Writes the ranks of a value from `at` on. */
export function rankInto(ranks: Ranks, at: number, value: number, column: ForestColumn): void {
  if (column.kind === 'category') {
    const place = placeOf(value, column.places);
    ranks[at] = place < 0 ? column.codes.length : place;
    return;
  }
  const isMissing = Number.isNaN(value);
  const rank = isMissing ? LOWEST : binOfNumber(value, column.edges);
  ranks[at] = rank;
  ranks[at + 1] = isMissing ? HIGHEST : rank;
}

/** The ranks of a row, a value for each column; values beyond its end are missing. */
export function ranksOf({ columns }: Forest, row: Float64Array): Ranks {
  const ranks = new Int32Array(2 * columns.length);
  for (let nr = 0; nr < columns.length; nr += 1) {
    rankInto(ranks, 2 * nr, row[nr] ?? Number.NaN, columns[nr] as ForestColumn);
  }
  return ranks;
}

/** The next node for the row whose ranks begin at `start`, or a leaf as ~index. */
export function childOf(
  { nodes, codeBits }: Forest,
  node: number,
  ranks: Ranks,
  start: number,
): number {
  const at = node * NODE_SIZE;
  const rank = ranks[start + (nodes[at] as number)] as number;
  const comparand = nodes[at + 1] as number;
  const right =
    comparand >= 0
      ? (comparand - rank) >>> 31
      : ((codeBits[~comparand + (rank >>> 5)] as number) >>> (rank & 31)) & 1;
  return nodes[at + 2 + right] as number;
}
