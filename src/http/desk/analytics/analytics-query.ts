import { ANALYTICS_BY, type AnalyticsBy } from '../../../reactions/analytics/index.ts';

/** Weeks that one may look at; with the one that has begun. */
export const PERIODS = [4, 13, 26, 52] as const;

/** What of the figures is looked at. */
export interface AnalyticsQuery {
  readonly weeks: (typeof PERIODS)[number];
  readonly by: AnalyticsBy;
  /** Null: all. */
  readonly carrier: string | null;
}

/** What an address asks for; anything else counts as not said. Pure. */
export function analyticsQueryOf(
  query: URLSearchParams,
  carriers: readonly string[],
): AnalyticsQuery {
  return {
    weeks: PERIODS.find((each) => String(each) === query.get('weeks')) ?? 13,
    by: ANALYTICS_BY.find((each) => each === query.get('by')) ?? 'carrier',
    carrier: carriers.find((each) => each === query.get('carrier')) ?? null,
  };
}

/** The same as an address says it. Pure. */
export function addressOf({ weeks, by, carrier }: AnalyticsQuery): string {
  const of = carrier === null ? {} : { carrier };
  return new URLSearchParams({ weeks: String(weeks), by, ...of }).toString();
}
