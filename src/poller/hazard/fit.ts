import type { Status } from '../../kernel/status.ts';
import { AGE_BINS, CLOCK_BINS, EDD_BINS, WEEKDAY_BINS } from './bins.ts';
import type { Exposure } from './exposure.ts';
import type { UpdateHazard } from './table.ts';

/** Rounds of the fit; the factors converge within a dozen. */
const ROUNDS = 12;
/**
 * How many facts the previous table is worth: for the level, and in each bin of a factor. Small, so
 * that a few dozen facts of a new habit outweigh it; large enough that a bin without facts keeps a
 * hazard above zero.
 */
const PRIOR_FACTS = { level: 4, age: 2, clock: 2, weekday: 4, edd: 4 };

/**
 * A previous table that was itself learned from `facts` facts or more counts `most` times as much;
 * one learned from fewer counts proportionally less.
 */
const TRUST = { facts: 500, most: 5 };

/**
 * One hazard in a form for arithmetic: the level, and a factor for each bin of four kinds of time.
 */
export interface Factors {
  /** The number of facts it was learned from. */
  readonly facts: number;
  level: number;
  readonly age: Float64Array;
  readonly clock: Float64Array;
  readonly weekday: Float64Array;
  readonly edd: Float64Array;
}

/**
 * The exposure as a table, stored by column so that a round of the fit is a few plain loops. Each
 * row is a cell: one combination of slice, age, clock, weekday and edd bins.
 */
export interface Columns {
  readonly hours: Float64Array;
  readonly slice: Uint8Array;
  readonly age: Uint8Array;
  readonly clock: Uint8Array;
  readonly weekday: Uint8Array;
  readonly edd: Uint8Array;
  factsOf(status: Status): Float64Array;
}

/** Stores the cells of an exposure as columns. */
export function columnsOf({ bins }: Exposure): Columns {
  const all = [...bins.values()];
  return {
    hours: Float64Array.from(all, ({ hours }) => hours),
    slice: Uint8Array.from(all, ({ slice }) => slice),
    age: Uint8Array.from(all, ({ age }) => age),
    clock: Uint8Array.from(all, ({ clock }) => clock),
    weekday: Uint8Array.from(all, ({ weekday }) => weekday),
    edd: Uint8Array.from(all, ({ edd }) => edd),
    factsOf: (status) => Float64Array.from(all, ({ facts }) => facts[status] ?? 0),
  };
}

/** Returns the columns without slices: cells that differ in nothing else are merged. */
export function withoutSlices(columns: Columns): Columns {
  const rowByKey = new Map<number, number>();
  const firstCells: number[] = [];
  const rowOf = Uint32Array.from(columns.hours, (_, at) => {
    const clockKey = (columns.age[at] ?? 0) * CLOCK_BINS + (columns.clock[at] ?? 0);
    const key = (clockKey * WEEKDAY_BINS + (columns.weekday[at] ?? 0)) * EDD_BINS;
    const found = rowByKey.get(key + (columns.edd[at] ?? 0)) ?? firstCells.push(at) - 1;
    rowByKey.set(key + (columns.edd[at] ?? 0), found);
    return found;
  });
  const sumByRow = (values: Float64Array) => {
    const sums = new Float64Array(firstCells.length);
    for (let at = 0; at < values.length; at += 1) {
      const row = rowOf[at] ?? 0;
      sums[row] = (sums[row] ?? 0) + (values[at] ?? 0);
    }
    return sums;
  };
  const pickRows = (values: Uint8Array) => Uint8Array.from(firstCells, (at) => values[at] ?? 0);
  return {
    hours: sumByRow(columns.hours),
    slice: new Uint8Array(firstCells.length),
    age: pickRows(columns.age),
    clock: pickRows(columns.clock),
    weekday: pickRows(columns.weekday),
    edd: pickRows(columns.edd),
    factsOf: (status) => sumByRow(columns.factsOf(status)),
  };
}

export function toFactors(hazard: UpdateHazard): Factors {
  return {
    facts: hazard.facts,
    level: hazard.per_hour,
    age: Float64Array.from(hazard.age),
    clock: Float64Array.from(hazard.clock),
    weekday: Float64Array.from(hazard.weekday),
    edd: Float64Array.from(hazard.edd),
  };
}

/**
 * Fits the factors to the facts: the posterior mean of a Poisson rate under a gamma prior around
 * the previous table, one factor after the other, until they converge. Facts that were expected but
 * did not occur count as much as those that did; a parcel that is still waiting is not a fact.
 */
export function fitFactors(columns: Columns, status: Status, prior: Factors): Factors {
  const facts = columns.factsOf(status);
  const trust = 1 + (TRUST.most - 1) * Math.min(1, prior.facts / TRUST.facts);
  const current: Factors = {
    facts: prior.facts,
    level: prior.level,
    age: Float64Array.from(prior.age),
    clock: Float64Array.from(prior.clock),
    weekday: Float64Array.from(prior.weekday),
    edd: Float64Array.from(prior.edd),
  };
  const level = PRIOR_FACTS.level * trust;
  let total = 0;
  for (const each of facts) total += each;
  for (let round = 0; round < ROUNDS; round += 1) {
    let expected = 0;
    for (let at = 0; at < facts.length; at += 1) expected += expectedIn(columns, current, at);
    const exposed = expected / current.level;
    current.level = (total + level) / (exposed + level / prior.level);
    updateFactor(columns, facts, current, 'age', prior.age, AGE_BINS, trust);
    updateFactor(columns, facts, current, 'clock', prior.clock, CLOCK_BINS, trust);
    updateFactor(columns, facts, current, 'weekday', prior.weekday, WEEKDAY_BINS, trust);
    updateFactor(columns, facts, current, 'edd', prior.edd, EDD_BINS, trust);
  }
  return normalised(current);
}

/** Returns the number of facts expected in cell `at`. */
export function expectedIn(columns: Columns, current: Factors, at: number): number {
  return (
    (columns.hours[at] ?? 0) *
    current.level *
    (current.age[columns.age[at] ?? 0] ?? 1) *
    (current.clock[columns.clock[at] ?? 0] ?? 1) *
    (current.weekday[columns.weekday[at] ?? 0] ?? 1) *
    (current.edd[columns.edd[at] ?? 0] ?? 1)
  );
}

/** Updates the factors of one kind of time to the posterior mean, given all the others. */
function updateFactor(
  columns: Columns,
  facts: Float64Array,
  current: Factors,
  kind: 'age' | 'clock' | 'weekday' | 'edd',
  prior: Float64Array,
  bins: number,
  trust: number,
): void {
  const occurred = new Float64Array(bins);
  const expected = new Float64Array(bins);
  const binOf = columns[kind];
  for (let at = 0; at < facts.length; at += 1) {
    const bin = binOf[at] ?? 0;
    occurred[bin] = (occurred[bin] ?? 0) + (facts[at] ?? 0);
    expected[bin] = (expected[bin] ?? 0) + expectedIn(columns, current, at);
  }
  const strength = PRIOR_FACTS[kind] * trust;
  const factor = current[kind];
  for (let bin = 0; bin < bins; bin += 1) {
    const exposed = (expected[bin] ?? 0) / (factor[bin] ?? 1);
    factor[bin] = ((occurred[bin] ?? 0) + strength) / (exposed + strength / (prior[bin] ?? 1));
  }
}

/**
 * Scales all factors to mean 1 and moves their scale into the level, so that people can read both.
 */
function normalised(current: Factors): Factors {
  for (const factor of [current.age, current.clock, current.weekday, current.edd]) {
    const mean = factor.reduce((sum, each) => sum + each, 0) / factor.length;
    for (let bin = 0; bin < factor.length; bin += 1) factor[bin] = (factor[bin] ?? 1) / mean;
    current.level *= mean;
  }
  return current;
}
