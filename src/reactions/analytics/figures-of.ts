import { REASON, TRANSIT } from './counts.ts';

/** Figures of a group of parcels in a time range. Shares are from 0 to 1; null: no data. */
export interface ParcelFigures {
  readonly registered: number;
  readonly delivered: number;
  readonly returned: number;
  /** Share of the delivered with a promised day that came on it or before. */
  readonly onTimeShare: number | null;
  readonly promised: number;
  /** Share of the delivered without a failed attempt. */
  readonly firstAttemptShare: number | null;
  /** From the first scan to delivery; median and 90th percentile are not counted by lane. */
  readonly transit: {
    readonly n: number;
    readonly meanDays: number | null;
    readonly medianDays: number | null;
    readonly p90Days: number | null;
  };
  /** Cases opened, by reason, the most frequent first. */
  readonly reasons: readonly (readonly [reason: string, cases: number])[];
  readonly cases: number;
}

/** Adds up counts of one group. Pure. */
export function figuresOf(rows: Iterable<readonly [measure: string, n: number]>): ParcelFigures {
  const counts = new Map<string, number>();
  for (const [measure, n] of rows) counts.set(measure, (counts.get(measure) ?? 0) + n);
  const of = (measure: string) => counts.get(measure) ?? 0;
  const after = (start: string) =>
    [...counts].flatMap(([measure, n]) =>
      measure.startsWith(start) && n > 0 ? [[measure.slice(start.length), n] as const] : [],
    );
  const reasons = after(REASON).sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1));
  const days = after(TRANSIT)
    .map(([text, n]) => [Number(text), n] as const)
    .sort(([one], [other]) => one - other);
  return {
    registered: of('registered'),
    delivered: of('delivered'),
    returned: of('returned'),
    promised: of('promised'),
    onTimeShare: share(of('on_time'), of('promised')),
    firstAttemptShare: share(of('first_attempt'), of('delivered')),
    transit: {
      n: of('travelled'),
      meanDays: share(of('travel_days'), of('travelled')),
      medianDays: quantile(days, 0.5),
      p90Days: quantile(days, 0.9),
    },
    reasons,
    cases: reasons.reduce((sum, [, n]) => sum + n, 0),
  };
}

function share(part: number, all: number): number | null {
  return all > 0 ? part / all : null;
}

/** The fewest days within which that share was delivered. */
function quantile(days: readonly (readonly [number, number])[], at: number): number | null {
  const all = days.reduce((sum, [, n]) => sum + n, 0);
  let upTo = 0;
  for (const [day, n] of days) {
    upTo += n;
    if (upTo >= all * at) return day;
  }
  return null;
}
