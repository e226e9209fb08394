import type { Status } from '../../kernel/status.ts';
import { AGE_BINS, AGE_EDGES_H, CLOCK_BINS } from './bins.ts';
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
}

/** Fewer facts show no drift that chance could not. */
const FACTS_MIN = 20;
/** Log-likelihood a change must gain before it is believed: odds of about 3,000 to 1. */
const GAIN_MIN = 8;
const LATER_BINS = Array.from({ length: 17 }, (_, nr) => nr - 8);
const STRETCHES = [0.6, 0.67, 0.74, 0.82, 0.9, 1, 1.1, 1.2, 1.3, 1.42, 1.56, 1.7];

/**
 * Habits that moved since the table before was learned. A carrier that sends its vans out later
 * does so for all services, so hours are sought for a kind of news as a whole: a few dozen facts
 * are enough to shift a shape that took thousands to learn. Waits are sought status by status.
 */
export function findDrift(beliefs: readonly Belief[]): readonly Drift[] {
  const kinds = new Set(beliefs.map(({ news }) => news));
  return [...kinds].flatMap((news) => {
    const alike = beliefs.filter((belief) => belief.news === news);
    const later = best(LATER_BINS, 0, alike, (bins) => (belief) => likelihood(belief, bins, 1));
    return alike.flatMap((belief) => {
      const { value: stretch, gain } = best(
        STRETCHES,
        1,
        [belief],
        (by) => (one) => likelihood(one, later.value, by),
      );
      if (later.value === 0 && stretch === 1) return [];
      const { status } = belief;
      return [{ status, news, laterH: later.value / 2, stretch, gain: gain + later.gain }];
    });
  });
}

/** The candidate that explains the facts best; `none` unless the gain is beyond doubt. */
function best(
  candidates: readonly number[],
  none: number,
  beliefs: readonly Belief[],
  scoreOf: (candidate: number) => (belief: Belief) => number,
): { readonly value: number; readonly gain: number } {
  const facts = beliefs.reduce((sum, belief) => sum + factsOf(belief), 0);
  if (facts < FACTS_MIN) return { value: none, gain: 0 };
  const score = (candidate: number) =>
    beliefs.reduce((sum, belief) => sum + scoreOf(candidate)(belief), 0);
  const unmoved = score(none);
  let found = { value: none, gain: 0 };
  for (const value of candidates) {
    const gain = score(value) - unmoved;
    if (gain > GAIN_MIN && gain > found.gain) found = { value, gain };
  }
  return found;
}

function factsOf({ parts }: Belief): number {
  return parts.reduce((sum, { facts }) => sum + facts.reduce((all, each) => all + each, 0), 0);
}

/** Poisson log-likelihood of the facts under the moved belief, whatever their number. */
function likelihood({ parts }: Belief, laterBins: number, stretch: number): number {
  let came = 0;
  let expected = 0;
  let score = 0;
  for (const { columns, facts, before } of parts) {
    const moved = move(before, laterBins / 2, stretch);
    for (let at = 0; at < facts.length; at += 1) {
      const here = expectedIn(columns, moved, at);
      expected += here;
      const fact = facts[at] ?? 0;
      if (fact === 0) continue;
      came += fact;
      score += fact * Math.log(Math.max(here, 1e-12));
    }
  }
  return came === 0 ? 0 : score + came * Math.log(came / expected);
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
      (_, bin) => before.clock[(bin - bins + 2 * CLOCK_BINS) % CLOCK_BINS] ?? 1,
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
