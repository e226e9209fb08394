import { type Forest, NODE_SIZE } from './forest.ts';

/**
 * A forest laid out for many rows at once. Two numbers for each node and leaf: its test (which of
 * a row's ranks, and the comparand), and the index of its left child, which the right child
 * follows. A leaf's test always goes left, and its left child is itself: so rows pass through a
 * tree in parallel, and those at a leaf stay there without a branch.
 */
export interface Steps {
  readonly steps: Int32Array;
  /** A leaf's value, by half its index in `steps`; zero for nodes. */
  readonly values: Float64Array;
  readonly roots: Int32Array;
  readonly finders: readonly RankFinder[];
  /** The number of ranks of a row: two for each column, and the one that is always lower. */
  readonly width: number;
}

/**
 * The number of lower bits of a node's test that are the comparand; the next bits are the rank it
 * reads.
 */
export const COMPARAND_BITS = 16;
export const COMPARAND_MASK = 2 ** COMPARAND_BITS - 1;
export const SLOT_MASK = 2 ** 15 - 1;
/** The bit that makes a leaf negative. */
const LEAF = 1 << 31;
const STEP_SIZE = 2;

const layouts = new WeakMap<Forest, Steps | null>();

/**
 * Lays out a forest; null if it has categories, or more thresholds than this form can represent.
 */
export function stepsOf(forest: Forest): Steps | null {
  let steps = layouts.get(forest);
  if (steps === undefined) {
    steps = layOut(forest);
    layouts.set(forest, steps);
  }
  return steps;
}

function layOut({ columns, nodes, roots, leafValue }: Forest): Steps | null {
  const finders: RankFinder[] = [];
  for (const column of columns) {
    if (column.kind !== 'number' || column.edges.length > COMPARAND_MASK) return null;
    finders.push(new RankFinder(column.edges));
  }
  const lowest = 2 * columns.length;
  if (lowest > SLOT_MASK) return null;
  const count = nodes.length / NODE_SIZE + leafValue.length;
  const steps = new Int32Array(STEP_SIZE * count);
  const values = new Float64Array(count);
  /** The node or leaf at each place. */
  const found = new Int32Array(count);
  let placed = 0;
  const begins = roots.map((root) => {
    const begin = placed;
    found[placed] = root;
    placed += 1;
    for (let place = begin; place < placed; place += 1) {
      const at = found[place] as number;
      if (at < 0) {
        steps[STEP_SIZE * place] = LEAF | (lowest << COMPARAND_BITS);
        steps[STEP_SIZE * place + 1] = STEP_SIZE * place;
        values[place] = leafValue[~at] as number;
        continue;
      }
      const [slot = 0, comparand = 0, left = 0, right = 0] = nodes.subarray(at * NODE_SIZE);
      steps[STEP_SIZE * place] = (slot << COMPARAND_BITS) | comparand;
      steps[STEP_SIZE * place + 1] = STEP_SIZE * placed;
      found[placed] = left;
      found[placed + 1] = right;
      placed += 2;
    }
    return STEP_SIZE * begin;
  });
  return { steps, values, roots: begins, finders, width: lowest + 1 };
}

const CELLS = 512;

/** Finds the rank of a number as `binOfNumber` does, but searches only the relevant range. */
export class RankFinder {
  readonly #edges: Float64Array;
  readonly #least: number;
  readonly #perUnit: number;
  /** How many edges lie in the cells before each; the cells are equally wide. */
  readonly #before = new Int32Array(CELLS + 1);

  constructor(edges: Float64Array) {
    this.#edges = edges;
    this.#least = edges[0] ?? 0;
    this.#perUnit = CELLS / ((edges.at(-1) ?? 0) - this.#least);
    for (const edge of edges) {
      const cell = this.#cellOf(edge);
      this.#before[cell + 1] = (this.#before[cell + 1] as number) + 1;
    }
    for (let cell = 0; cell < CELLS; cell += 1) {
      this.#before[cell + 1] = (this.#before[cell + 1] as number) + (this.#before[cell] as number);
    }
  }

  /** The rank of a value that is not NaN. */
  rankOf(value: number): number {
    const edges = this.#edges;
    const cell = this.#cellOf(value);
    let low = this.#before[cell] as number;
    let high = this.#before[cell + 1] as number;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (edges[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /**
   * The cell of a value. A greater number is never in an earlier cell, however it is rounded; no
   * more is needed.
   */
  #cellOf(value: number): number {
    const cell = (value - this.#least) * this.#perUnit;
    return cell >= CELLS ? CELLS - 1 : cell > 0 ? Math.floor(cell) : 0;
  }
}
