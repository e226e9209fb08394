import { ANALYTICS_BY, type AnalyticsBy } from '../../../reactions/analytics/index.ts';

/** Selectable numbers of weeks, including the current one. */
export const PERIODS = [4, 13, 26, 52] as const;

/** The selected figures. */
export interface AnalyticsQuery {
  readonly weeks: (typeof PERIODS)[number];
  readonly by: AnalyticsBy;
  /** Null: all. */
  readonly carrier: string | null;
}

/** Parses a URL's parameters; invalid ones count as absent. Pure. */
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

/** The same parameters as a URL. Pure. */
export function addressOf({ weeks, by, carrier }: AnalyticsQuery): string {
  const of = carrier === null ? {} : { carrier };
  return new URLSearchParams({ weeks: String(weeks), by, ...of }).toString();
}
