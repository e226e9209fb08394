import { REASON } from './counts.ts';

/** A reason of trouble that is more frequent than usual. */
export interface Rising {
  readonly reason: string;
  /** Null: all lanes together. */
  readonly lane: string | null;
  /** Cases in the newest weeks, and the number of parcels. */
  readonly cases: number;
  readonly parcels: number;
  /** Cases per parcel, in the newest weeks and before. */
  readonly share: number;
  readonly usualShare: number;
}

interface Counted {
  readonly lane: string;
  readonly measure: string;
  readonly n: number;
}

/** Fewer happen by chance. */
const CASES_MIN = 5;
/** How much more frequent a reason must be to be reported. */
const TIMES_MIN = 2;
/** Probability of a false alarm: with a hundred lanes and twenty reasons, one a year. */
const CHANCE_MAX = 1e-5;
/** Assumed where nothing was observed before: this many cases for this many parcels. */
const PRIOR = { cases: 0.5, parcels: 50 };

/**
 * Reasons that increase: their cases in the newest weeks against the expectation from earlier
 * weeks, by the tail of a Poisson distribution. The most certain first. Pure.
 */
export function risingReasons(newest: readonly Counted[], before: readonly Counted[]): Rising[] {
  const [now, usual] = [tableOf(newest), tableOf(before)];
  const found: (Rising & { readonly chance: number })[] = [];
  for (const [lane, counts] of now) {
    const parcels = counts.get('registered') ?? 0;
    const past = usual.get(lane);
    const pastParcels = past?.get('registered') ?? 0;
    for (const [measure, cases] of counts) {
      if (!measure.startsWith(REASON) || cases < CASES_MIN || parcels === 0) continue;
      const pastCases = past?.get(measure) ?? 0;
      const usualShare = (pastCases + PRIOR.cases) / (pastParcels + PRIOR.parcels);
      const chance = tailOfPoisson(usualShare * parcels, cases);
      const share = cases / parcels;
      if (chance > CHANCE_MAX || share < TIMES_MIN * usualShare) continue;
      const reason = measure.slice(REASON.length);
      const of = { reason, lane: lane === ALL ? null : lane, cases, parcels };
      found.push({
        ...of,
        share,
        usualShare: pastParcels === 0 ? 0 : pastCases / pastParcels,
        chance,
      });
    }
  }
  return found
    .sort((one, other) => one.chance - other.chance || other.cases - one.cases)
    .map(({ chance, ...rest }) => rest);
}

const ALL = '';

function tableOf(rows: readonly Counted[]): Map<string, Map<string, number>> {
  const table = new Map<string, Map<string, number>>();
  for (const { lane, measure, n } of rows) {
    const counts = table.get(lane) ?? new Map<string, number>();
    counts.set(measure, (counts.get(measure) ?? 0) + n);
    table.set(lane, counts);
  }
  return table;
}

/** The probability of `n` or more where `mean` are expected. */
function tailOfPoisson(mean: number, n: number): number {
  if (mean <= 0) return 0;
  // The largest term first, by logarithms, so that a thousand expected cases cause no underflow.
  let log = -mean + n * Math.log(mean);
  for (let k = 2; k <= n; k += 1) log -= Math.log(k);
  let term = Math.exp(log);
  let sum = 0;
  for (let k = n; term > sum * 1e-12 && k < n + 10_000; k += 1) {
    sum += term;
    term *= mean / (k + 1);
    if (term === 0) break;
  }
  return n <= mean ? 1 : Math.min(1, sum);
}
