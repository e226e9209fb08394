import { type CodePlaces, placeOf } from '../bins/dataset.ts';
import { binOfNumber } from '../bins/edges.ts';

/** A column as a trained forest knows it. */
export type ForestColumn =
  | {
      readonly name: string;
      readonly kind: 'number';
      /** All thresholds of the trees, ascending: they only need a value's rank among these. */
      readonly edges: Float64Array;
    }
  | {
      readonly name: string;
      readonly kind: 'category';
      /** The codes it was trained on, ascending; others count as missing. */
      readonly codes: Float64Array;
      readonly places: CodePlaces;
    };

/**
 * The trees of one quantile, all in the same flat arrays. Plain data: it can be passed to a worker
 * thread directly. Nodes are numbered across all trees, one tree after the other, with children
 * after their parents; leaves likewise, and a tree has one more of them than nodes.
 */
export interface Forest {
  readonly quantile: number;
  readonly columns: readonly ForestColumn[];
  /** The prediction before the first tree: the quantile of all targets. */
  readonly start: number;
  /** The average training row's prediction; contributions are relative to it. */
  readonly base: number;
  /** The first node of each tree. */
  readonly roots: Int32Array;
  /**
   * Four for each node: which of a row's ranks it reads (see ranks.ts), the comparand, left child,
   * right child; a leaf is ~index. Ranks up to a comparand from 0 on go left; ~comparand is the
   * start of a category's bits in `codeBits`.
   */
  readonly nodes: Int32Array;
  /** A bit for each place of a code, then one for "missing": 1 means right. */
  readonly codeBits: Uint32Array;
  readonly leafValue: Float64Array;
  /** Training rows that passed: a node's value is the mean of its leaves weighted by these. */
  readonly leafRows: Float64Array;
  readonly nodeRows: Float64Array;
  readonly nodeValue: Float64Array;
}

/** Numbers in a node. */
export const NODE_SIZE = 4;

/** A column before the trees' thresholds are known. */
export type PlainColumn =
  | { readonly name: string; readonly kind: 'number' }
  | Extract<ForestColumn, { kind: 'category' }>;

/** A tree before it is laid flat; children are numbered within the tree. */
export interface PlainTree {
  readonly nodes: readonly PlainNode[];
  readonly leaves: readonly { readonly value: number; readonly rows: number }[];
}

export interface PlainNode {
  readonly column: number;
  readonly isMissingLeft: boolean;
  /** A number's threshold, or the places of the codes that go left. */
  readonly threshold: number | null;
  readonly places: readonly number[];
  readonly left: number;
  readonly right: number;
}

/** Flattens trees. The trees are valid: children come after their parents, and each once. */
export function buildForest(
  quantile: number,
  plainColumns: readonly PlainColumn[],
  start: number,
  trees: readonly PlainTree[],
): Forest {
  const columns = withEdges(plainColumns, trees);
  const nodes = trees.reduce((sum, tree) => sum + tree.nodes.length, 0);
  const leaves = nodes + trees.length;
  const codeBits: number[] = [];
  const flat = {
    roots: new Int32Array(trees.length),
    nodes: new Int32Array(nodes * NODE_SIZE),
    leafValue: new Float64Array(leaves),
    leafRows: new Float64Array(leaves),
    nodeRows: new Float64Array(nodes),
    nodeValue: new Float64Array(nodes),
  };
  let nodeFrom = 0;
  for (const [index, tree] of trees.entries()) {
    const leafFrom = nodeFrom + index;
    const child = (at: number): number => (at < 0 ? ~(~at + leafFrom) : at + nodeFrom);
    flat.roots[index] = nodeFrom;
    for (const [leaf, { value, rows }] of tree.leaves.entries()) {
      flat.leafValue[leafFrom + leaf] = value;
      flat.leafRows[leafFrom + leaf] = rows;
    }
    for (const [at, node] of tree.nodes.entries()) {
      const test = testOf(node, columns[node.column] as ForestColumn, codeBits);
      flat.nodes.set([...test, child(node.left), child(node.right)], (nodeFrom + at) * NODE_SIZE);
    }
    computeNodeValues(flat, nodeFrom, tree.nodes.length);
    nodeFrom += tree.nodes.length;
  }
  const base = flat.roots.reduce((sum, root) => sum + (flat.nodeValue[root] ?? 0), start);
  return { quantile, columns, start, base, ...flat, codeBits: Uint32Array.from(codeBits) };
}

/** Adds to each numeric column all thresholds that trees compare it with, ascending. */
function withEdges(columns: readonly PlainColumn[], trees: readonly PlainTree[]): ForestColumn[] {
  const compared = columns.map(() => new Set<number>());
  for (const { nodes } of trees) {
    for (const { column, threshold } of nodes)
      if (threshold !== null) compared[column]?.add(threshold);
  }
  return columns.map((column, index) => {
    if (column.kind === 'category') return column;
    return { ...column, edges: Float64Array.from(compared[index] ?? []).sort() };
  });
}

/**
 * Returns the rank that a node reads, and the comparand of its test; appends a category's bits to
 * `codeBits`.
 */
function testOf(
  { column: index, isMissingLeft, threshold, places }: PlainNode,
  column: ForestColumn,
  codeBits: number[],
): [slot: number, comparand: number] {
  if (column.kind === 'number')
    return [2 * index + (isMissingLeft ? 0 : 1), binOfNumber(threshold ?? 0, column.edges)];
  const missing = column.codes.length;
  const goesLeft = new Set(isMissingLeft ? [...places, missing] : places);
  const from = codeBits.length;
  for (let place = 0; place <= missing; place += 1) {
    const word = from + (place >>> 5);
    const bit = goesLeft.has(place) ? 0 : 1 << (place & 31);
    codeBits[word] = ((codeBits[word] ?? 0) | bit) >>> 0;
  }
  return [2 * index, ~from];
}

/** Computes rows and mean values of a tree's nodes, from the leaves up. */
function computeNodeValues(
  flat: Pick<Forest, 'nodes' | 'leafValue' | 'leafRows' | 'nodeValue' | 'nodeRows'>,
  from: number,
  count: number,
): void {
  const rowsOf = (at: number): number => (at < 0 ? flat.leafRows[~at] : flat.nodeRows[at]) ?? 0;
  const worthOf = (at: number): number => (at < 0 ? flat.leafValue[~at] : flat.nodeValue[at]) ?? 0;
  for (let node = from + count - 1; node >= from; node -= 1) {
    const left = flat.nodes[node * NODE_SIZE + 2] as number;
    const right = flat.nodes[node * NODE_SIZE + 3] as number;
    const rows = rowsOf(left) + rowsOf(right);
    flat.nodeRows[node] = rows;
    flat.nodeValue[node] = (rowsOf(left) * worthOf(left) + rowsOf(right) * worthOf(right)) / rows;
  }
}

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
  for (let index = 0; index < columns.length; index += 1) {
    rankInto(ranks, 2 * index, row[index] ?? Number.NaN, columns[index] as ForestColumn);
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

/**
 * Each column's contribution to a row's prediction: they add up to prediction − base. On the way
 * to a leaf the row's expectation changes at each node, and the change is attributed to the column
 * that the node tests (Saabas 2014). It costs no more than a prediction; Shapley values would be
 * fairer to correlated columns, at a thousand times the cost.
 */
export function contributions(forest: Forest, row: Float64Array): Float64Array {
  const ranks = ranksOf(forest, row);
  const found = new Float64Array(forest.columns.length);
  const worthOf = (at: number): number =>
    (at < 0 ? forest.leafValue[~at] : forest.nodeValue[at]) as number;
  for (const root of forest.roots) {
    let node = root;
    while (node >= 0) {
      const next = childOf(forest, node, ranks, 0);
      const column = (forest.nodes[node * NODE_SIZE] as number) >>> 1;
      found[column] = (found[column] as number) + worthOf(next) - worthOf(node);
      node = next;
    }
  }
  return found;
}

/**
 * The importance of each column, in their order: the squared changes at its nodes, over all
 * training rows that passed. They add up to 1; all 0 for a forest without nodes.
 */
export function importance(forests: readonly Forest[]): Float64Array {
  const found = new Float64Array(forests[0]?.columns.length ?? 0);
  for (const forest of forests) {
    const rowsOf = (at: number): number =>
      (at < 0 ? forest.leafRows[~at] : forest.nodeRows[at]) ?? 0;
    const worthOf = (at: number): number =>
      (at < 0 ? forest.leafValue[~at] : forest.nodeValue[at]) ?? 0;
    for (const [node, worth] of forest.nodeValue.entries()) {
      const [slot = 0, , left = 0, right = 0] = forest.nodes.subarray(node * NODE_SIZE);
      const column = slot >>> 1;
      for (const child of [left, right]) {
        const change = rowsOf(child) * (worthOf(child) - worth) ** 2;
        found[column] = (found[column] ?? 0) + change;
      }
    }
  }
  const all = found.reduce((sum, each) => sum + each, 0);
  return all > 0 ? found.map((each) => each / all) : found;
}

/** A stored model that is invalid; the message says where, what was found and what was expected. */
export class ModelUnusable extends Error {
  override readonly name = 'ModelUnusable';
}
