import type { BinnedDataset } from '../bins/bin-dataset.ts';
import type { Pause } from '../training-options.ts';
import { findSplit, type Split, type SplitRules } from './find-split.ts';
import { fillHistogram, type Histogram, subtractHistogram } from './histogram.ts';

/** A tree over bins. A child is a later node, or a leaf as ~index. */
export interface GrownTree {
  readonly nodes: readonly GrownNode[];
  readonly leaves: readonly GrownLeaf[];
}

export interface GrownNode {
  readonly split: Split;
  left: number;
  right: number;
}

/** The rows `order[from]` to `order[to - 1]`. */
interface GrownLeaf {
  from: number;
  to: number;
}

/** Memory that all trees of a forest share. */
interface Workspace {
  readonly histograms: Histogram[];
  /** Weights in the order of a leaf's rows. */
  readonly weights: Float64Array;
  /** Buffer for the rows that go right, while those that go left are moved. */
  readonly rightRows: Int32Array;
}

export function workspaceFor(data: BinnedDataset): Workspace {
  return {
    histograms: [],
    weights: new Float64Array(data.rows),
    rightRows: new Int32Array(data.rows),
  };
}

/** A leaf that may still be split. */
interface OpenLeaf extends GrownLeaf {
  histogram: Histogram | null;
  split: Split | null;
  /** The node, and the side of it, in which the leaf's index is stored. */
  parent: number;
  isLeft: boolean;
}

interface TreeInput {
  readonly data: BinnedDataset;
  /** The rows in use; sorted by leaf at the end. */
  readonly order: Int32Array;
  /** What each row adds to a histogram. */
  readonly weights: Float64Array;
  readonly columns: Int32Array;
  readonly rules: SplitRules & { readonly leavesMax: number };
  readonly workspace: Workspace;
  readonly pause: Pause;
}

/**
 * Repeatedly splits the leaf with the largest gain: a tree grows where there is something to
 * learn.
 */
export function growTree(input: TreeInput): GrownTree {
  const { order, rules, workspace } = input;
  const nodes: GrownNode[] = [];
  const root = openLeaf(0, order.length);
  const leaves = [root];
  if (canSplit(root, rules)) {
    root.histogram = histogramOf(root, input);
    findSplitOfLeaf(root, input);
  }
  while (leaves.length < rules.leavesMax) {
    const index = leafToSplit(leaves);
    if (index < 0) break;
    const leaf = leaves[index] as OpenLeaf;
    const node = nodes.length;
    const right = cutLeaf(leaf, input, nodes, { leaf: index, other: leaves.length });
    leaves.push(right);
    leaf.parent = node;
    right.parent = node;
    if (leaves.length < rules.leavesMax) findSplitsOfNewLeaves(leaf, right, input);
    input.pause();
  }
  for (const { histogram } of leaves) if (histogram !== null) workspace.histograms.push(histogram);
  return { nodes, leaves };
}

function openLeaf(from: number, to: number): OpenLeaf {
  return { from, to, histogram: null, split: null, parent: -1, isLeft: true };
}

function canSplit({ from, to }: GrownLeaf, { leafRowsMin }: SplitRules): boolean {
  return to - from >= Math.max(2, 2 * leafRowsMin);
}

/** The index of the leaf with the largest gain, which is split next; the earliest of equals. */
function leafToSplit(leaves: readonly OpenLeaf[]): number {
  let best = 0;
  let found = -1;
  for (let index = 0; index < leaves.length; index += 1) {
    const gain = leaves[index]?.split?.gain ?? 0;
    if (gain <= best) continue;
    best = gain;
    found = index;
  }
  return found;
}

/** Makes a leaf a node, with the leaf as its left child; returns the right one. */
function cutLeaf(
  leaf: OpenLeaf,
  input: TreeInput,
  nodes: GrownNode[],
  index: { readonly leaf: number; readonly other: number },
): OpenLeaf {
  const split = leaf.split as Split;
  const parent = nodes[leaf.parent];
  if (parent !== undefined) {
    if (leaf.isLeft) parent.left = nodes.length;
    else parent.right = nodes.length;
  }
  nodes.push({ split, left: ~index.leaf, right: ~index.other });
  const middle = partition(leaf, split, input);
  const right = openLeaf(middle, leaf.to);
  right.isLeft = false;
  leaf.to = middle;
  leaf.isLeft = true;
  leaf.split = null;
  return right;
}

/**
 * Partitions a leaf's rows in place and keeps their order: rows that go left come before those that
 * go right.
 */
function partition(leaf: GrownLeaf, split: Split, { data, order, workspace }: TreeInput): number {
  const bins = data.cells[split.column] as Uint8Array;
  const { goesLeft } = split;
  const { rightRows } = workspace;
  let left = leaf.from;
  let right = 0;
  for (let index = leaf.from; index < leaf.to; index += 1) {
    const row = order[index] as number;
    const isLeft = goesLeft[bins[row] as number] as number;
    // Written to both sides and counted on one: a branch here would be mispredicted half the time.
    order[left] = row;
    rightRows[right] = row;
    left += isLeft;
    right += 1 - isLeft;
  }
  order.set(rightRows.subarray(0, right), left);
  return left;
}

/**
 * Fills the histograms of two new leaves and finds their best splits: counts the rows of the smaller
 * leaf, and subtracts them from the parent's for the larger.
 */
function findSplitsOfNewLeaves(left: OpenLeaf, right: OpenLeaf, input: TreeInput): void {
  const isLeftSmaller = left.to - left.from <= right.to - right.from;
  const smaller = isLeftSmaller ? left : right;
  const larger = isLeftSmaller ? right : left;
  const whole = left.histogram;
  left.histogram = null;
  if (whole === null) return;
  if (!canSplit(larger, input.rules)) {
    input.workspace.histograms.push(whole);
    return;
  }
  const part = histogramOf(smaller, input);
  subtractHistogram(whole, part);
  smaller.histogram = part;
  larger.histogram = whole;
  for (const leaf of [smaller, larger]) {
    if (canSplit(leaf, input.rules)) findSplitOfLeaf(leaf, input);
    if (leaf.split !== null || leaf.histogram === null) continue;
    input.workspace.histograms.push(leaf.histogram);
    leaf.histogram = null;
  }
}

function findSplitOfLeaf(leaf: OpenLeaf, { data, columns, rules }: TreeInput): void {
  if (leaf.histogram === null) return;
  leaf.split = findSplit(leaf.histogram, data.columns, columns, rules);
}

function histogramOf(
  leaf: GrownLeaf,
  { data, order, columns, weights, workspace }: TreeInput,
): Histogram {
  const { from, to } = leaf;
  const histogram = workspace.histograms.pop() ?? new Float64Array(data.bins);
  for (let index = from; index < to; index += 1) {
    workspace.weights[index] = weights[order[index] as number] as number;
  }
  fillHistogram(histogram, data, columns, { order, from, to }, workspace.weights);
  return histogram;
}

/** The leaf that a row of bins falls into. */
export function leafOfCells({ nodes }: GrownTree, { cells }: BinnedDataset, row: number): number {
  let at = nodes.length > 0 ? 0 : -1;
  while (at >= 0) {
    const { split, left, right } = nodes[at] as GrownNode;
    const bin = cells[split.column]?.[row] as number;
    at = split.goesLeft[bin] === 1 ? left : right;
  }
  return ~at;
}
