import { below, type SeededRandom, seededRandom } from '../../../kernel/seeded-random.ts';
import { type BinnedColumn, type BinnedDataset, binLike } from '../bins/bin-dataset.ts';
import { type Dataset, Untrainable } from '../bins/dataset.ts';
import {
  buildForest,
  type Forest,
  type PlainColumn,
  type PlainNode,
  type PlainTree,
} from '../forest/forest.ts';
import { type Pause, WITHOUT_REST } from '../training-options.ts';
import {
  type GrownNode,
  type GrownTree,
  growTree,
  leafOfCells,
  workspaceFor,
} from './grow-tree.ts';
import { rowWeights } from './histogram.ts';
import { pinballLoss, selectQuantile } from './quantile.ts';
import { checkSettings, type TrainSettings } from './settings.ts';

/** Rows that decide when to stop; no tree is trained on them. */
export interface Held {
  readonly data: Dataset;
  readonly target: Float64Array;
}

/**
 * The number of consecutive rounds without a split after which training ends; each has its own rows
 * and columns.
 */
const EMPTY_ROUNDS_MAX = 10;
/** The largest accepted target, so that sums and differences of targets stay finite. */
const TARGET_MAX = 1e100;

/**
 * Boosting for the pinball loss: each tree is trained on which side of the prediction the targets
 * are, and its leaves then predict the quantile of the residuals, which is their best step
 * (Friedman's "TreeBoost"; LightGBM and XGBoost do the same). With a held set the forest ends at
 * the tree that was best there.
 */
export function trainForest(
  data: BinnedDataset,
  target: Float64Array,
  settings: TrainSettings,
  held?: Held,
  pause: Pause = WITHOUT_REST,
): Forest {
  checkSettings(settings);
  if (data.rows === 0) throw new Untrainable('no rows; training needs at least one');
  checkTarget(target, data.rows, 'target');
  if (held !== undefined) checkTarget(held.target, held.data.rows, 'held target');

  // + 0 turns minus zero into zero; JSON cannot represent minus zero.
  const start = selectQuantile(target.slice(), data.rows, settings.quantile) + 0;
  const residual = target.map((value) => value - start);
  const rounds = boostingRounds(data, residual, settings, pause);
  const watch = held === undefined ? null : watchHeld(data, held, start, settings);
  const trees: PlainTree[] = [];
  let empty = 0;
  for (let round = 0; round < settings.roundsMax && empty < EMPTY_ROUNDS_MAX; round += 1) {
    const tree = rounds.next();
    empty = tree.nodes.length === 0 ? empty + 1 : 0;
    if (empty > 0) continue;
    trees.push(plainTree(tree, data.columns));
    if (watch !== null && !watch.addTree(tree)) break;
  }
  const best = watch === null ? trees : trees.slice(0, watch.best());
  return buildForest(settings.quantile, data.columns.map(forestColumn), start, best);
}

function checkTarget(target: Float64Array, rows: number, name: string): void {
  if (target.length !== rows)
    throw new Untrainable(`${name} has ${target.length} values for ${rows} rows`);
  const odd = target.findIndex((value) => !(Math.abs(value) <= TARGET_MAX));
  if (odd < 0) return;
  throw new Untrainable(
    `${name} of row ${odd} is ${target[odd]}; it must be a number up to ${TARGET_MAX}, so leave out rows without one`,
  );
}

/** A tree with its leaves' steps. */
interface Step extends GrownTree {
  readonly values: Float64Array;
}

/** Repeatedly grows a tree on the residuals and subtracts its steps. */
function boostingRounds(
  data: BinnedDataset,
  residual: Float64Array,
  settings: TrainSettings,
  pause: Pause,
) {
  const random = seededRandom(settings.seed);
  const workspace = workspaceFor(data);
  const { below, above, met } = rowWeights(settings.quantile);
  const weights = new Float64Array(data.rows);
  const scratch = new Float64Array(data.rows);
  const share = (count: number, part: number) => Math.max(1, Math.round(count * part));
  return {
    next(): Step {
      for (let row = 0; row < data.rows; row += 1) {
        const left = residual[row] as number;
        weights[row] = left > 0 ? above : left < 0 ? below : met;
      }
      const width = data.columns.length;
      const columns = sampleInOrder(width, share(width, settings.columnShare), random);
      const order = sampleInOrder(data.rows, share(data.rows, settings.rowShare), random);
      const notDrawn = rowsNotDrawn(order, data.rows);
      pause();
      const ground = { data, order, weights, columns, workspace, pause };
      const tree = growTree({ ...ground, rules: settings });
      const values = stepsOfLeaves(tree, order, residual, scratch, settings);
      for (const [leaf, { from, to }] of tree.leaves.entries()) {
        const value = values[leaf] as number;
        for (let index = from; index < to; index += 1) {
          const row = order[index] as number;
          residual[row] = (residual[row] as number) - value;
        }
      }
      for (const row of notDrawn) {
        const value = values[leafOfCells(tree, data, row)] as number;
        residual[row] = (residual[row] as number) - value;
      }
      return { ...tree, values };
    },
  };
}

/** The rows that were not drawn. */
function rowsNotDrawn(drawn: Int32Array, rows: number): Int32Array {
  const rest = new Int32Array(rows - drawn.length);
  let at = 0;
  let found = 0;
  for (let row = 0; row < rows; row += 1) {
    if (drawn[at] === row) at += 1;
    else {
      rest[found] = row;
      found += 1;
    }
  }
  return rest;
}

/** The quantile of the residuals in each leaf, times the learning rate. */
function stepsOfLeaves(
  { leaves }: GrownTree,
  order: Int32Array,
  residual: Float64Array,
  scratch: Float64Array,
  { quantile, learningRate }: TrainSettings,
): Float64Array {
  return Float64Array.from(leaves, ({ from, to }) => {
    for (let index = from; index < to; index += 1) {
      scratch[index - from] = residual[order[index] as number] as number;
    }
    return learningRate * selectQuantile(scratch, to - from, quantile) + 0;
  });
}

/** Tracks the loss on the held rows, tree by tree. */
function watchHeld(
  data: BinnedDataset,
  held: Held,
  start: number,
  { quantile, patience }: TrainSettings,
) {
  const binned = binLike(data, held.data);
  const predicted = new Float64Array(binned.rows).fill(start);
  const lossNow = () => (binned.rows === 0 ? 0 : pinballLoss(held.target, predicted, quantile));
  let bestLoss = lossNow();
  let bestTrees = 0;
  let trees = 0;
  return {
    /**
     * Adds a tree to the predictions of the held rows. Returns whether another tree may still help.
     */
    addTree(tree: Step): boolean {
      for (let row = 0; row < binned.rows; row += 1) {
        const value = tree.values[leafOfCells(tree, binned, row)] as number;
        predicted[row] = (predicted[row] as number) + value;
      }
      trees += 1;
      const loss = lossNow();
      if (loss < bestLoss) {
        bestLoss = loss;
        bestTrees = trees;
      }
      return trees - bestTrees < patience;
    },
    best: () => bestTrees,
  };
}

/**
 * Describes the tree without its bins: by thresholds and codes, so that new rows need no binning.
 */
function plainTree(tree: Step, columns: readonly BinnedColumn[]): PlainTree {
  return {
    nodes: tree.nodes.map((node) => plainNode(node, columns[node.split.column] as BinnedColumn)),
    leaves: tree.leaves.map(({ from, to }, leaf) => ({
      value: tree.values[leaf] as number,
      rows: to - from,
    })),
  };
}

function plainNode({ split, left, right }: GrownNode, column: BinnedColumn): PlainNode {
  const node = {
    column: split.column,
    isMissingLeft: split.goesLeft[column.bins] === 1,
    left,
    right,
  };
  const leftBins = [...split.goesLeft.subarray(0, column.bins)].flatMap((goes, bin) =>
    goes === 1 ? [bin] : [],
  );
  if (column.kind === 'category') return { ...node, threshold: null, places: leftBins };
  // A split after the last bin separates the missing from all others, however large.
  const threshold = column.edges[leftBins.length - 1] ?? Number.MAX_VALUE;
  return { ...node, threshold, places: [] };
}

function forestColumn(column: BinnedColumn): PlainColumn {
  const { name, kind } = column;
  if (kind === 'number') return { name, kind };
  return { name, kind, codes: column.codes, places: column.places };
}

/**
 * `wanted` of the numbers from 0 to `count` - 1, ascending: rows that are read in order are in the
 * cache (Knuth's algorithm S).
 */
function sampleInOrder(count: number, wanted: number, random: SeededRandom): Int32Array {
  const chosen = new Int32Array(Math.min(count, wanted));
  if (wanted >= count) {
    for (let index = 0; index < count; index += 1) chosen[index] = index;
    return chosen;
  }
  let found = 0;
  for (let index = 0; index < count && found < chosen.length; index += 1) {
    if (below(random, count - index) < chosen.length - found) {
      chosen[found] = index;
      found += 1;
    }
  }
  return chosen;
}
