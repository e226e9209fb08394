import type { Status } from '../../kernel/status.ts';
import { AGE_BINS, AGE_EDGES_H, ageBin, CLOCK_BINS } from './bins.ts';
import { type Columns, expectedIn, type Factors } from './fit.ts';

/** One kind of update in one status: observed and expected facts, with one part per service. */
export interface DriftSample {
  readonly status: Status;
  readonly update: Status;
  readonly parts: readonly DriftSamplePart[];
}

export interface DriftSamplePart {
  readonly columns: Columns;
  /** The facts of this kind of update in each column. */
  readonly facts: Float64Array;
  readonly before: Factors;
}

/**
 * How a carrier's habits changed: updates come `laterH` later in the day, waits are `stretch` times
 * as long.
 */
export interface Drift {
  readonly status: Status;
  readonly update: Status;
  readonly laterH: number;
  readonly stretch: number;
  readonly gain: number;
  /** The first slice of history that shows the change. */
  readonly slice: number;
}

/** With fewer facts, a change may be one depot's bad morning. */
const FACTS_MIN = 8;
/**
 * The log-likelihood a change must gain before it is accepted. Some hundred changes are tried, of
 * which the luckiest gains 5 by chance; beyond that the odds are a hundred to one.
 */
const GAIN_MIN = 10;
/** Shifts of up to eight hours either way, in half hours; larger ones would fall on another day. */
const LATER_BINS = Array.from({ length: 33 }, (_, index) => index - 16);
const STRETCHES = [0.6, 0.67, 0.74, 0.82, 0.9, 1, 1.1, 1.2, 1.3, 1.42, 1.56, 1.7];

/** The statuses within one round of a van, whose hours change together. */
const ROUND: ReadonlySet<Status> = new Set([
  ...(['out_for_delivery', 'delivered', 'delivery_attempted'] as const),
]);
/** The gain that suffices if another update of the round has changed by as much. */
const GAIN_TOGETHER_MIN = 1;

/**
 * Finds the habits that have changed since the previous table was learned. A carrier that sends its
 * vans out later does so for all services, so a change of hours is sought for a kind of update as a
 * whole: a dozen facts are enough to shift a curve that took thousands to learn. A change of waits
 * is sought status by status.
 *
 * A change is sought in the newest history alone, since each slice in `windows` (where a change may
 * have begun, oldest first): next to weeks of the old habits, some days of the new ones prove
 * nothing.
 */
export function findDrift(
  samples: readonly DriftSample[],
  windows: readonly number[],
): readonly Drift[] {
  const byUpdate = [...new Set(samples.map(({ update }) => update))].map((update) => {
    const alike = samples.filter((sample) => sample.update === update);
    const search = { samples: alike, windows, tracesOf: alike.map(tracesByShift) };
    return { update, search, hours: bestCandidate(search, LATER_BINS, NO_SHIFT_BINS, GAIN_MIN) };
  });
  const rounds = byUpdate.filter(({ update }) => ROUND.has(update)).map(({ hours }) => hours.value);
  return byUpdate.flatMap(({ update, search, hours: alone }) => {
    const hours =
      alone.value === NO_SHIFT_BINS && ROUND.has(update)
        ? bestCandidate(search, rounds, NO_SHIFT_BINS, GAIN_TOGETHER_MIN)
        : alone;
    return search.samples.flatMap((sample) => stretchOf(sample, hours, windows));
  });
}

const NO_SHIFT_BINS = 0;
const UNSTRETCHED = 1;

/**
 * Finds how waits stretched in addition to the change of hours, for the same update of one status.
 * Returns one drift, or none if neither hours nor waits changed.
 */
function stretchOf(sample: DriftSample, hours: Found, windows: readonly number[]): Drift[] {
  const search = {
    samples: [sample],
    windows: hours.value === NO_SHIFT_BINS ? windows : [hours.slice],
    tracesOf: [tracesByStretch(sample, hours.value / 2)],
  };
  const stretch = bestCandidate(search, STRETCHES, UNSTRETCHED, GAIN_MIN);
  if (hours.value === NO_SHIFT_BINS && stretch.value === UNSTRETCHED) return [];
  const { status, update } = sample;
  const slice = hours.value === NO_SHIFT_BINS ? stretch.slice : hours.slice;
  const gain = stretch.gain + hours.gain;
  return [{ status, update, laterH: hours.value / 2, stretch: stretch.value, gain, slice }];
}

interface Found {
  readonly value: number;
  readonly gain: number;
  readonly slice: number;
}

interface Search {
  readonly samples: readonly DriftSample[];
  readonly windows: readonly number[];
  /** One function per sample. */
  readonly tracesOf: readonly ((candidate: number) => readonly Trace[])[];
}

/**
 * Returns the candidate that explains the facts best, and the slice since which it applies; `none`
 * unless it gains more than `gainMin`.
 */
function bestCandidate(
  { windows, tracesOf }: Search,
  candidates: readonly number[],
  none: number,
  gainMin: number,
): Found {
  const unchanged = tracesOf.map((traces) => traces(none));
  const possible = windows.filter((slice) => countFactsSince(unchanged, slice) >= FACTS_MIN);
  let found: Found = { value: none, gain: 0, slice: 0 };
  if (possible.length === 0) return found;
  for (const value of candidates) {
    if (value === none) continue;
    const moved = tracesOf.map((traces) => traces(value));
    for (const slice of possible) {
      const gain = likelihood(moved, slice) - likelihood(unchanged, slice);
      if (gain > gainMin && gain > found.gain) found = { value, gain, slice };
    }
  }
  return found;
}

/** The contribution of one slice of history to a sample. */
interface Trace {
  came: number;
  expected: number;
  /** The sum of the logarithms of the expected rates at the times of facts. */
  score: number;
}

/**
 * Returns the traces of each slice as a function of how many half hours later in the day updates
 * come.
 */
function tracesByShift({ parts }: DriftSample): (bins: number) => readonly Trace[] {
  const sums = parts.map((part) => ({ before: part.before, by: sumByBin('clock', part) }));
  return (bins) =>
    tracesBySlice(sums.map(({ before, by }) => ({ by, factor: move(before, bins / 2, 1).clock })));
}

/**
 * Returns the traces of each slice as a function of how many times as long the waits are, after the
 * hours of the day were shifted.
 */
function tracesByStretch(
  { parts }: DriftSample,
  laterH: number,
): (stretch: number) => readonly Trace[] {
  const sums = parts.map(({ columns, facts, before }) => {
    const part = { columns, facts, before: move(before, laterH, 1) };
    return { before, by: sumByBin('age', part) };
  });
  return (stretch) =>
    tracesBySlice(
      sums.map(({ before, by }) => ({
        by,
        factor: move(before, laterH, stretch).age.map((age) => age / stretch),
      })),
    );
}

/**
 * Expected and observed numbers, by slice and bin of one factor; that factor itself is left out.
 */
interface BinSums {
  readonly bins: number;
  readonly expected: readonly number[];
  readonly came: readonly number[];
  /** The log-likelihood of the facts under the other factors, by slice. */
  readonly score: readonly number[];
}

/**
 * Sums the columns over one factor's bins. A change affects one factor only, so the columns are
 * read once and not once per candidate.
 */
function sumByBin(kind: 'age' | 'clock', { columns, facts, before }: DriftSamplePart): BinSums {
  const bins = kind === 'age' ? AGE_BINS : CLOCK_BINS;
  const rest = { ...before, [kind]: new Float64Array(bins).fill(1) };
  const slices = columns.slice.reduce((most, slice) => Math.max(most, slice), 0) + 1;
  const expected = Array.from({ length: slices * bins }, () => 0);
  const came = [...expected];
  const score = Array.from({ length: slices }, () => 0);
  for (let at = 0; at < facts.length; at += 1) {
    const slice = columns.slice[at] ?? 0;
    const place = slice * bins + (columns[kind][at] ?? 0);
    const here = expectedIn(columns, rest, at);
    expected[place] = (expected[place] ?? 0) + here;
    const fact = facts[at] ?? 0;
    if (fact === 0) continue;
    came[place] = (came[place] ?? 0) + fact;
    score[slice] = (score[slice] ?? 0) + fact * Math.log(Math.max(here, LEAST));
  }
  return { bins, expected, came, score };
}

/** The least rate and factor, which limits the weight of updates that were not expected at all. */
const LEAST = 1e-12;

/**
 * Returns a trace for each slice: the facts that came, those expected, and the score, with one
 * factor of each part replaced by `factor`.
 */
function tracesBySlice(
  parts: readonly { readonly by: BinSums; readonly factor: Float64Array }[],
): Trace[] {
  const traces: Trace[] = [];
  for (const { by, factor } of parts) {
    by.score.forEach((score, slice) => {
      const trace = traces[slice] ?? { came: 0, expected: 0, score: 0 };
      traces[slice] = trace;
      trace.score += score;
      for (let bin = 0; bin < by.bins; bin += 1) {
        const binFactor = factor[bin] ?? 1;
        trace.expected += (by.expected[slice * by.bins + bin] ?? 0) * binFactor;
        const came = by.came[slice * by.bins + bin] ?? 0;
        if (came === 0) continue;
        trace.came += came;
        trace.score += came * Math.log(Math.max(binFactor, LEAST));
      }
    });
  }
  return traces;
}

/** Counts the facts of all samples from a slice on. */
function countFactsSince(samples: readonly (readonly Trace[])[], slice: number): number {
  let count = 0;
  for (const traces of samples) for (const { came } of traces.slice(slice)) count += came;
  return count;
}

/** The Poisson log-likelihood of the facts from a slice on; the level of each sample is free. */
function likelihood(samples: readonly (readonly Trace[])[], slice: number): number {
  let all = 0;
  for (const traces of samples) {
    let came = 0;
    let expected = 0;
    let score = 0;
    for (const trace of traces.slice(slice)) {
      came += trace.came;
      expected += trace.expected;
      score += trace.score;
    }
    if (came > 0) all += score + came * Math.log(came / expected);
  }
  return all;
}

/** A change of habits, relative to now: everything before `slice` followed the earlier habits. */
export type Move = Pick<Drift, 'laterH' | 'stretch' | 'slice'>;

/**
 * Returns old history as it would have been under the new habits: hours of the day shifted, waits
 * stretched. So nothing that was learned about the curve of a morning is lost when the morning
 * shifts, and weeks of the old habits do not delay learning the new ones.
 */
export function withNewHabits(columns: Columns, moves: readonly Move[]): Columns {
  if (moves.length === 0) return columns;
  const hours = Float64Array.from(columns.hours);
  const age = Uint8Array.from(columns.age);
  const clock = Uint8Array.from(columns.clock);
  for (let at = 0; at < hours.length; at += 1) {
    let bins = 0;
    let stretch = 1;
    for (const move of moves) {
      if ((columns.slice[at] ?? 0) >= move.slice) continue;
      bins += Math.round(move.laterH * 2);
      stretch *= move.stretch;
    }
    clock[at] = rotateClock(clock[at] ?? 0, bins);
    if (stretch === 1) continue;
    age[at] = ageBin(middleH(age[at] ?? 0) * stretch);
    hours[at] = (hours[at] ?? 0) * stretch;
  }
  return { ...columns, hours, age, clock };
}

/** Moves a clock bin by a number of half hours, around midnight. */
function rotateClock(clock: number, bins: number): number {
  return (((clock + bins) % CLOCK_BINS) + CLOCK_BINS) % CLOCK_BINS;
}

/** Returns the factors shifted by this many hours of the day and stretched in time. */
export function move(before: Factors, laterH: number, stretch: number): Factors {
  const bins = Math.round(laterH * 2);
  return {
    facts: before.facts,
    level: before.level / stretch,
    age: Float64Array.from({ length: AGE_BINS }, (_, bin) =>
      ageAt(before.age, middleH(bin) / stretch),
    ),
    clock: Float64Array.from(
      { length: CLOCK_BINS },
      (_, bin) => before.clock[rotateClock(bin, -bins)] ?? 1,
    ),
    weekday: Float64Array.from(before.weekday),
    edd: Float64Array.from(before.edd),
  };
}

/**
 * Returns the middle of an age bin in hours; the last bin is taken to be half as long as its start.
 */
function middleH(bin: number): number {
  const from = AGE_EDGES_H[bin] ?? 0;
  return (from + (AGE_EDGES_H[bin + 1] ?? from * 1.5)) / 2;
}

/** Returns the age factor at a number of hours, interpolated between the middles of bins. */
function ageAt(age: Float64Array, hours: number): number {
  let bin = 0;
  while (bin + 1 < AGE_BINS && middleH(bin + 1) <= hours) bin += 1;
  const [one, other] = [age[bin] ?? 1, age[bin + 1] ?? age[bin] ?? 1];
  if (bin + 1 >= AGE_BINS || hours <= middleH(bin)) return one;
  const share = (hours - middleH(bin)) / (middleH(bin + 1) - middleH(bin));
  return one * (1 - share) + other * share;
}
