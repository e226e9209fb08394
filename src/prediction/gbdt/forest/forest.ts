import type { CodePlaces } from '../bins/codes.ts';

/** A column as a trained forest knows it. */
export type ForestColumn =
  | { readonly name: string; readonly kind: 'number' }
  | {
      readonly name: string;
      readonly kind: 'category';
      /** Codes it was trained on, ascending; others count as missing. */
      readonly codes: Float64Array;
      readonly places: CodePlaces;
    };

/**
 * Trees of one quantile, all in the same flat arrays. Plain data: it can be handed to a worker
 * thread as it is. Nodes are numbered through all trees, a tree's one after the other, children
 * after their parent; a child that is a leaf is ~index of the leaf.
 */
export interface Forest {
  readonly quantile: number;
  readonly columns: readonly ForestColumn[];
  /** What is predicted before the first tree: the quantile of all targets. */
  readonly start: number;
  /** What the average training row is predicted; contributions are counted from here. */
  readonly base: number;
  /** First child of each tree: a node, or a leaf as ~index. */
  readonly roots: Int32Array;
  readonly column: Int32Array;
  /** A number up to this goes left; 0 for categories. */
  readonly threshold: Float64Array;
  /** MISSING_LEFT and BY_CODE, added. */
  readonly flags: Uint8Array;
  /** Where the bits of a node's codes begin in `codeBits`; 0 for numbers. */
  readonly bits: Int32Array;
  /** A bit for each place of a code: 1 when it goes left. */
  readonly codeBits: Uint32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly leafValue: Float64Array;
  /** Training rows that came by: what a node is worth is the mean of its leaves by these. */
  readonly nodeRows: Float64Array;
  readonly leafRows: Float64Array;
  /** The mean value of a node's leaves. */
  readonly nodeValue: Float64Array;
}

export const MISSING_LEFT = 1;
export const BY_CODE = 2;

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

/** Lays trees flat. The trees are right: children come after their parents, and each once. */
export function buildForest(
  quantile: number,
  columns: readonly ForestColumn[],
  start: number,
  trees: readonly PlainTree[],
): Forest {
  const nodes = trees.reduce((sum, tree) => sum + tree.nodes.length, 0);
  const leaves = trees.reduce((sum, tree) => sum + tree.leaves.length, 0);
  const codeBits: number[] = [];
  const flat = {
    roots: new Int32Array(trees.length),
    column: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    flags: new Uint8Array(nodes),
    bits: new Int32Array(nodes),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    leafValue: new Float64Array(leaves),
    leafRows: new Float64Array(leaves),
    nodeRows: new Float64Array(nodes),
    nodeValue: new Float64Array(nodes),
  };
  let nodeFrom = 0;
  let leafFrom = 0;
  for (const [nr, tree] of trees.entries()) {
    const child = (at: number): number => (at < 0 ? ~(~at + leafFrom) : at + nodeFrom);
    flat.roots[nr] = child(tree.nodes.length > 0 ? 0 : -1);
    for (const [leaf, { value, rows }] of tree.leaves.entries()) {
      flat.leafValue[leafFrom + leaf] = value;
      flat.leafRows[leafFrom + leaf] = rows;
    }
    for (const [at, node] of tree.nodes.entries()) {
      const to = nodeFrom + at;
      flat.column[to] = node.column;
      flat.threshold[to] = node.threshold ?? 0;
      flat.flags[to] =
        (node.isMissingLeft ? MISSING_LEFT : 0) + (node.threshold === null ? BY_CODE : 0);
      flat.left[to] = child(node.left);
      flat.right[to] = child(node.right);
      if (node.threshold === null) flat.bits[to] = pushBits(codeBits, columns[node.column], node);
    }
    weigh(flat, nodeFrom, tree.nodes.length);
    nodeFrom += tree.nodes.length;
    leafFrom += tree.leaves.length;
  }
  const base = flat.roots.reduce(
    (sum, root) => sum + ((root < 0 ? flat.leafValue[~root] : flat.nodeValue[root]) ?? 0),
    start,
  );
  return { quantile, columns, start, base, ...flat, codeBits: Uint32Array.from(codeBits) };
}

/** Appends a word for each 32 places of the column, and answers where they begin. */
function pushBits(
  codeBits: number[],
  column: ForestColumn | undefined,
  { places }: PlainNode,
): number {
  const from = codeBits.length;
  const known = column?.kind === 'category' ? column.codes.length : 0;
  for (let word = 0; word * 32 < known; word += 1) codeBits.push(0);
  for (const place of places) {
    const word = from + (place >>> 5);
    codeBits[word] = ((codeBits[word] ?? 0) | (1 << (place & 31))) >>> 0;
  }
  return from;
}

/** Rows and mean values of a tree's nodes, from the leaves up: children stand after their parents. */
function weigh(
  flat: Pick<Forest, 'left' | 'right' | 'leafValue' | 'leafRows' | 'nodeValue' | 'nodeRows'>,
  from: number,
  count: number,
): void {
  const rowsOf = (at: number): number => (at < 0 ? flat.leafRows[~at] : flat.nodeRows[at]) ?? 0;
  const worthOf = (at: number): number => (at < 0 ? flat.leafValue[~at] : flat.nodeValue[at]) ?? 0;
  for (let node = from + count - 1; node >= from; node -= 1) {
    const left = flat.left[node] as number;
    const right = flat.right[node] as number;
    const rows = rowsOf(left) + rowsOf(right);
    flat.nodeRows[node] = rows;
    flat.nodeValue[node] = (rowsOf(left) * worthOf(left) + rowsOf(right) * worthOf(right)) / rows;
  }
}
