import type { Status } from '../../kernel/status.ts';
import { AGE_BINS, AGE_EDGES_H, ageBin, CLOCK_BINS } from './bins.ts';
import { type Columns, expectedIn, type Factors } from './fit.ts';

/** One kind of news in one status, in each service: what was seen, and what was believed. */
export interface Belief {
  readonly status: Status;
  readonly news: Status;
  readonly parts: readonly BeliefPart[];
}

export interface BeliefPart {
  readonly columns: Columns;
  /** Facts of this news in each column. */
  readonly facts: Float64Array;
  readonly before: Factors;
}

/** How habits moved: news comes `laterH` later in the day, waits are `stretch` times as long. */
export interface Drift {
  readonly status: Status;
  readonly news: Status;
  readonly laterH: number;
  readonly stretch: number;
  readonly gain: number;
  /** The first slice of history that shows it. */
  readonly slice: number;
}

/** Fewer facts are one depot's bad morning. */
const FACTS_MIN = 8;
/**
 * Log-likelihood a change must gain before it is believed. Some hundred changes are tried, of which
 * the luckiest gains 5 by chance; beyond that the odds are a hundred to one.
 */
const GAIN_MIN = 10;
/** Up to eight hours either way, in half hours: a van cannot leave later without leaving another day. */
const LATER_BINS = Array.from({ length: 33 }, (_, nr) => nr - 16);
const STRETCHES = [0.6, 0.67, 0.74, 0.82, 0.9, 1, 1.1, 1.2, 1.3, 1.42, 1.56, 1.7];

/** What happens on one round of one van: its hours move together. */
const ROUND: ReadonlySet<Status> = new Set([
  ...(['out_for_delivery', 'delivered', 'delivery_attempted'] as const),
]);
/** What is enough where other news of the round has moved by as much. */
const GAIN_TOGETHER_MIN = 1;

/**
 * Habits that moved since the table before was learned. A carrier that sends its vans out later
 * does so for all services, so hours are sought for a kind of news as a whole: a dozen facts are
 * enough to shift a shape that took thousands to learn. Waits are sought status by status.
 *
 * A change is sought in the newest history alone, from each of `windows` (first slices, the oldest
 * first) on: beside weeks of the old habits some days of the new ones prove nothing.
 */
export function findDrift(
  beliefs: readonly Belief[],
  windows: readonly number[],
): readonly Drift[] {
  const kinds = [...new Set(beliefs.map(({ news }) => news))].map((news) => {
    const alike = beliefs.filter((belief) => belief.news === news);
    const search = { beliefs: alike, windows, tracesOf: later };
    return { news, search, hours: best(search, LATER_BINS, UNMOVED_H, GAIN_MIN) };
  });
  const rounds = kinds.filter(({ news }) => ROUND.has(news)).map(({ hours }) => hours.value);
  return kinds.flatMap(({ news, search, hours: alone }) => {
    const hours =
      alone.value === UNMOVED_H && ROUND.has(news)
        ? best(search, rounds, UNMOVED_H, GAIN_TOGETHER_MIN)
        : alone;
    return search.beliefs.flatMap((belief) => stretchOf(belief, hours, windows));
  });
}

const UNMOVED_H = 0;
const UNSTRETCHED = 1;
const later = (belief: Belief, bins: number) => traces(belief, bins, UNSTRETCHED);

/** How waits stretched beside the hours, in the same news of one status; nothing if neither did. */
function stretchOf(belief: Belief, hours: Found, windows: readonly number[]): Drift[] {
  const search = {
    beliefs: [belief],
    windows: hours.value === UNMOVED_H ? windows : [hours.slice],
    tracesOf: (one: Belief, by: number) => traces(one, hours.value, by),
  };
  const stretch = best(search, STRETCHES, UNSTRETCHED, GAIN_MIN);
  if (hours.value === UNMOVED_H && stretch.value === UNSTRETCHED) return [];
  const { status, news } = belief;
  const slice = hours.value === UNMOVED_H ? stretch.slice : hours.slice;
  const gain = stretch.gain + hours.gain;
  return [{ status, news, laterH: hours.value / 2, stretch: stretch.value, gain, slice }];
}

interface Found {
  readonly value: number;
  readonly gain: number;
  readonly slice: number;
}

interface Search {
  readonly beliefs: readonly Belief[];
  readonly windows: readonly number[];
  readonly tracesOf: (belief: Belief, candidate: number) => readonly Trace[];
}

/**
 * The candidate, and the slice it holds from, that explain the facts best; `none` unless it gains
 * `gainMin`.
 */
function best(
  { beliefs, windows, tracesOf }: Search,
  candidates: readonly number[],
  none: number,
  gainMin: number,
): Found {
  const unmoved = beliefs.map((belief) => tracesOf(belief, none));
  const possible = windows.filter((slice) => cameSince(unmoved, slice) >= FACTS_MIN);
  let found: Found = { value: none, gain: 0, slice: 0 };
  if (possible.length === 0) return found;
  for (const value of candidates) {
    if (value === none) continue;
    const moved = beliefs.map((belief) => tracesOf(belief, value));
    for (const slice of possible) {
      const gain = likelihood(moved, slice) - likelihood(unmoved, slice);
      if (gain > gainMin && gain > found.gain) found = { value, gain, slice };
    }
  }
  return found;
}

/** What one slice of history says of a belief. */
interface Trace {
  came: number;
  expected: number;
  /** Sum of the logarithms of what was expected where facts came. */
  score: number;
}

/** Of each slice, under the moved belief. */
function traces({ parts }: Belief, laterBins: number, stretch: number): readonly Trace[] {
  const found: Trace[] = [];
  for (const { columns, facts, before } of parts) {
    const moved = move(before, laterBins / 2, stretch);
    for (let at = 0; at < facts.length; at += 1) {
      const slice = columns.slice[at] ?? 0;
      while (found.length <= slice) found.push({ came: 0, expected: 0, score: 0 });
      const trace = found[slice];
      if (trace === undefined) continue;
      const here = expectedIn(columns, moved, at);
      trace.expected += here;
      const fact = facts[at] ?? 0;
      if (fact === 0) continue;
      trace.came += fact;
      trace.score += fact * Math.log(Math.max(here, 1e-12));
    }
  }
  return found;
}

function cameSince(beliefs: readonly (readonly Trace[])[], slice: number): number {
  let came = 0;
  for (const of of beliefs) for (const trace of of.slice(slice)) came += trace.came;
  return came;
}

/** Poisson log-likelihood of the facts from a slice on, each belief's level left free. */
function likelihood(beliefs: readonly (readonly Trace[])[], slice: number): number {
  let all = 0;
  for (const of of beliefs) {
    let came = 0;
    let expected = 0;
    let score = 0;
    for (const trace of of.slice(slice)) {
      came += trace.came;
      expected += trace.expected;
      score += trace.score;
    }
    if (came > 0) all += score + came * Math.log(came / expected);
  }
  return all;
}

/** A change of habits, seen from now: what lies before `slice` was of the habits before. */
export type Move = Pick<Drift, 'laterH' | 'stretch' | 'slice'>;

/**
 * Old history as it would have been under the new habits: hours of the day turned, waits stretched.
 * So nothing that was learned about the shape of a morning is lost when the morning moves, and
 * weeks of the old habits do not hold back the new.
 */
export function asOfNow(columns: Columns, moves: readonly Move[]): Columns {
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
    clock[at] = turned(clock[at] ?? 0, bins);
    if (stretch === 1) continue;
    age[at] = ageBin(middleH(age[at] ?? 0) * stretch);
    hours[at] = (hours[at] ?? 0) * stretch;
  }
  return { ...columns, hours, age, clock };
}

function turned(clock: number, bins: number): number {
  return (((clock + bins) % CLOCK_BINS) + CLOCK_BINS) % CLOCK_BINS;
}

/** The same habits, so many hours later in the day and stretched in time. */
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
      (_, bin) => before.clock[turned(bin, -bins)] ?? 1,
    ),
    weekday: Float64Array.from(before.weekday),
    edd: Float64Array.from(before.edd),
  };
}

function middleH(bin: number): number {
  const from = AGE_EDGES_H[bin] ?? 0;
  return (from + (AGE_EDGES_H[bin + 1] ?? from * 1.5)) / 2;
}

function ageAt(age: Float64Array, hours: number): number {
  let bin = 0;
  while (bin + 1 < AGE_BINS && middleH(bin + 1) <= hours) bin += 1;
  const [one, other] = [age[bin] ?? 1, age[bin + 1] ?? age[bin] ?? 1];
  if (bin + 1 >= AGE_BINS || hours <= middleH(bin)) return one;
  const share = (hours - middleH(bin)) / (middleH(bin + 1) - middleH(bin));
  return one * (1 - share) + other * share;
}
