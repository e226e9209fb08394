import { below, type SeededRandom, seededRandom } from '../../../kernel/seeded-random.ts';

/**
 * Beyond this many values, edges come from a sample: its quantiles are within 0.2 % of the exact
 * ones.
 */
const SKETCH_VALUES_MAX = 200_000;
/** Binning has no seed of its own, so that all quantiles and all trainings share it. */
const SKETCH_SEED = 1;

/**
 * Upper edges of a numeric feature's bins, ascending: bin b has the values above edge b-1 and up to
 * edge b, the last bin all above the last edge. Up to `binsMax` distinct values get one bin each.
 * With more, bins hold about equally many rows, but a value with more rows than that gets its own
 * bin.
 */
export function numberEdges(values: Float64Array, binsMax: number): Float64Array {
  const sorted = finiteSample(values).sort();
  if (sorted.length === 0) return new Float64Array(0);
  const { distinct, counts } = tally(sorted);
  if (distinct.length <= binsMax) return edgesAfter(distinct, () => true);
  return edgesAfter(distinct, evenBinEnds(counts, sorted.length, binsMax));
}

/** The bin of a value that is not NaN; infinities are in the outermost bins. */
export function binOfNumber(value: number, edges: Float64Array): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value <= (edges[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Returns the values that are not NaN, or a reproducible random sample of them if there are too
 * many. Infinities are clamped to ±MAX_VALUE, so that edges stay finite.
 */
function finiteSample(values: Float64Array): Float64Array {
  const present = values.filter((value) => !Number.isNaN(value));
  for (let index = 0; index < present.length; index += 1) {
    const value = present[index] as number;
    // + 0 turns -0 into 0.
    present[index] = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value)) + 0;
  }
  if (present.length <= SKETCH_VALUES_MAX) return present;
  return sampled(present, SKETCH_VALUES_MAX, seededRandom(SKETCH_SEED));
}

/** Draws `wanted` values: the first ones of a shuffle. */
function sampled(values: Float64Array, wanted: number, random: SeededRandom): Float64Array {
  for (let index = 0; index < wanted; index += 1) {
    const other = index + below(random, values.length - index);
    const value = values[other] as number;
    values[other] = values[index] as number;
    values[index] = value;
  }
  return values.slice(0, wanted);
}

function tally(sorted: Float64Array): { distinct: number[]; counts: number[] } {
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    if (distinct.at(-1) === value) counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
    else {
      distinct.push(value);
      counts.push(1);
    }
  }
  return { distinct, counts };
}

/**
 * Returns a stateful predicate, to be called once per distinct value in ascending order with its
 * index: whether a bin ends after that value. Bins get about equally many rows.
 */
function evenBinEnds(counts: readonly number[], rows: number, binsMax: number) {
  /** By index: whether the value has so many rows that it gets a bin of its own. */
  const ownBin = counts.map((count) => count >= rows / binsMax);
  const ownBins = ownBin.filter(Boolean).length;
  let remainingRows = counts.reduce((sum, count, index) => sum + (ownBin[index] ? 0 : count), 0);
  let remainingBins = binsMax - ownBins;
  let remainingEdges = binsMax - 1;
  let filled = 0;
  return (index: number): boolean => {
    const count = counts[index] ?? 0;
    filled += count;
    if (!ownBin[index]) remainingRows -= count;
    const share = (remainingRows + (ownBin[index] ? 0 : filled)) / Math.max(1, remainingBins);
    const isFull = ownBin[index] || filled >= share;
    if ((!isFull && !ownBin[index + 1]) || remainingEdges === 0) return false;
    if (!ownBin[index]) remainingBins -= 1;
    remainingEdges -= 1;
    filled = 0;
    return true;
  };
}

/** Places an edge half way to the next distinct value wherever `ends` says that a bin ends. */
function edgesAfter(distinct: readonly number[], ends: (index: number) => boolean): Float64Array {
  const edges: number[] = [];
  for (let index = 0; index + 1 < distinct.length; index += 1) {
    if (ends(index)) edges.push(between(distinct[index] ?? 0, distinct[index + 1] ?? 0));
  }
  return Float64Array.from(edges);
}

/**
 * Returns a number from `low` up to, but not including, `high`. Neither overflow nor rounding may
 * move rows to another bin.
 */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle >= low && middle < high ? middle + 0 : low;
}
