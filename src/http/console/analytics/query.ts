import { localeOf, messagesIn, percentIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import {
  ANALYTICS_BY,
  type AnalyticsBy,
  type AnalyticsGroup,
  type ParcelFigures,
} from '../../../reactions/analytics/index.ts';

/** The names of all figures of the analytics, which have a text in each language. */
export type FigureName = keyof Messages['desk']['analytics']['figures'];

/** A figure: how it is computed and formatted. */
export interface Figure {
  readonly id: FigureName;
  readonly of: (figures: ParcelFigures) => number | null;
  readonly unit: 'parcels' | 'share' | 'days';
  /** The parcels that it is about. */
  readonly basis: (figures: ParcelFigures) => number;
}

const registered = (of: ParcelFigures) => of.registered;
const delivered = (of: ParcelFigures) => of.delivered;
const promised = (of: ParcelFigures) => of.promised;
const travelled = ({ transit }: ParcelFigures) => transit.n;

const PLAIN = {
  registered: { unit: 'parcels', basis: registered, of: registered },
  delivered: { unit: 'parcels', basis: delivered, of: delivered },
  onTime: { unit: 'share', basis: promised, of: ({ onTimeShare }) => onTimeShare },
  firstAttempt: {
    unit: 'share',
    basis: delivered,
    of: ({ firstAttemptShare }) => firstAttemptShare,
  },
  medianDays: { unit: 'days', basis: travelled, of: ({ transit }) => transit.medianDays },
  p90Days: { unit: 'days', basis: travelled, of: ({ transit }) => transit.p90Days },
  meanDays: { unit: 'days', basis: travelled, of: ({ transit }) => transit.meanDays },
  cases: {
    unit: 'share',
    basis: registered,
    of: (of) => (of.registered > 0 ? of.cases / of.registered : null),
  },
  returned: { unit: 'parcels', basis: delivered, of: ({ returned }) => returned },
} as const satisfies Readonly<Record<FigureName, Omit<Figure, 'id'>>>;

/** Fewer parcels, in either period, say nothing about a change. */
export const COMPARED_LEAST = 30;

/** Whether both periods have enough parcels to be compared. Pure. */
export function isComparable(
  { basis }: Pick<Figure, 'basis'>,
  now: ParcelFigures,
  before: ParcelFigures,
): boolean {
  return Math.min(basis(now), basis(before)) >= COMPARED_LEAST;
}

/** Every figure, once for cards, tables and files. */
export const FIGURES = Object.fromEntries(
  Object.entries(PLAIN).map(([id, figure]) => [id, { id, ...figure }]),
) as Readonly<Record<FigureName, Figure>>;

/** Formatted for a language; an en dash without a value. Pure. */
export function written(
  value: number | null,
  unit: Figure['unit'],
  language: Language = 'en',
): string {
  if (value === null) return '–';
  if (unit === 'share') return percentIn(language, value, 1);
  return decimal(value, unit === 'days' ? 1 : 0, language);
}

function decimal(value: number, digits: number, language: Language): string {
  const of = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return value.toLocaleString(localeOf(language), of);
}

/** The difference from the previous period; null when a value is missing. Pure. */
export function difference(
  now: number | null,
  before: number | null,
  unit: Figure['unit'],
  language: Language = 'en',
) {
  if (now === null || before === null) return null;
  const words = messagesIn(language).desk.analytics;
  const by = now - before;
  const sign = by > 0 ? '+' : by < 0 ? '−' : '±';
  const size = Math.abs(by);
  if (unit === 'share') {
    return `${sign}${decimal(size * 100, 1, language)} ${words.points}`;
  }
  if (unit === 'days') return `${sign}${decimal(size, 1, language)} ${words.units.days}`;
  if (before === 0) return null;
  return `${sign}${percentIn(language, size / before)}`;
}

/** The display name of a group. Pure. */
export function nameOf({ name, carrier }: AnalyticsGroup, language: Language = 'en'): string {
  const own = name === '' ? messagesIn(language).desk.analytics.notKnown : name;
  return carrier === '' ? own : `${carrier} ${own}`;
}

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

/** The query of a URL with these parameters. Pure. */
export function addressOf({ weeks, by, carrier }: AnalyticsQuery): string {
  const of = carrier === null ? {} : { carrier };
  return new URLSearchParams({ weeks: String(weeks), by, ...of }).toString();
}
