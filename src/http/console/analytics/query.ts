import { numberFormat } from '../../../kernel/time/formatters.ts';
import { localeOf, messagesIn, percentIn } from '../../../platform/messages/catalogue.ts';
import type { Language } from '../../../platform/messages/languages.ts';
import type { Messages } from '../../../platform/messages/shape.ts';
import {
  ANALYTICS_BY,
  type AnalyticsBy,
  type AnalyticsGroup,
  type ParcelFigures,
} from '../../../reactions/analytics/index.ts';
import { PERCENT_LEAST, type Population } from '../kit/rates.ts';

/** The names of all figures of the analytics, which have a text in each language. */
type FigureName = keyof Messages['desk']['analytics']['figures'];

/** A figure: how it is computed and formatted. */
export interface Figure {
  readonly id: FigureName;
  readonly of: (figures: ParcelFigures) => number | null;
  readonly unit: 'parcels' | 'share' | 'days';
  /** Which change is good; absent: neither. */
  readonly better?: 'more' | 'less';
  /** The parcels that it is about. */
  readonly basis: (figures: ParcelFigures) => number;
  /** What they are called. */
  readonly population?: Population;
}

const registered = (of: ParcelFigures) => of.registered;
const delivered = (of: ParcelFigures) => of.delivered;
const promised = (of: ParcelFigures) => of.promised;
const travelled = ({ transit }: ParcelFigures) => transit.n;

const PLAIN = {
  registered: { unit: 'parcels', basis: registered, of: registered },
  delivered: { unit: 'parcels', basis: delivered, of: delivered },
  onTime: {
    unit: 'share',
    better: 'more',
    basis: promised,
    population: 'promised',
    of: ({ onTimeShare }) => onTimeShare,
  },
  firstAttempt: {
    unit: 'share',
    better: 'more',
    basis: delivered,
    population: 'delivered',
    of: ({ firstAttemptShare }) => firstAttemptShare,
  },
  p90Days: { unit: 'days', basis: travelled, of: ({ transit }) => transit.p90Days },
  meanDays: {
    unit: 'days',
    better: 'less',
    basis: travelled,
    of: ({ transit }) => transit.meanDays,
  },
  cases: {
    unit: 'share',
    better: 'less',
    basis: registered,
    population: 'registered',
    of: (of) => (of.registered > 0 ? of.cases / of.registered : null),
  },
  returned: { unit: 'parcels', basis: delivered, of: ({ returned }) => returned },
} as const satisfies Readonly<Record<FigureName, Omit<Figure, 'id'>>>;

/** Whether both periods have enough parcels to be compared. Pure. */
export function isComparable(
  { basis }: Pick<Figure, 'basis'>,
  now: ParcelFigures,
  before: ParcelFigures,
): boolean {
  return Math.min(basis(now), basis(before)) >= PERCENT_LEAST;
}

/** Every figure, once for cards, tables and files. */
export const FIGURES = Object.fromEntries(
  Object.entries(PLAIN).map(([id, figure]) => [id, { id, ...figure }]),
) as Readonly<Record<FigureName, Figure>>;

/**
 * The groups in the order of a figure; those without a value, or with too few parcels to compare
 * their shares, come last. Pure.
 */
export function sortedBy<G extends Pick<AnalyticsGroup, 'figures'>>(
  groups: readonly G[],
  { figure, isDown }: NonNullable<AnalyticsQuery['sort']>,
): readonly G[] {
  const sign = isDown ? -1 : 1;
  const valueIn = ({ figures }: G) => sign * (FIGURES[figure].of(figures) ?? sign * Infinity);
  const isFew = (group: G) => Number(hasFew(FIGURES[figure], group));
  return groups.toSorted(
    (one, other) => isFew(one) - isFew(other) || valueIn(one) - valueIn(other) || 0,
  );
}

/** How groups are sorted unless the reader chooses otherwise: the least punctual first. */
export const WORST_FIRST = { figure: 'onTime', isDown: false } as const;

/** Whether a figure is a share of too few parcels to compare. Pure. */
export function hasFew(
  { unit, basis }: Figure,
  { figures }: Pick<AnalyticsGroup, 'figures'>,
): boolean {
  return unit === 'share' && basis(figures) < PERCENT_LEAST;
}

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
  return numberFormat(localeOf(language), of).format(value);
}

/**
 * How a figure has changed since the period before; numbers of parcels relative to what they were.
 * Only large or clear changes are good or bad. Null: a value is missing, or neither change is good.
 * Pure.
 */
export function changeOf(
  { of, unit, better, basis }: Figure,
  total: ParcelFigures,
  before: ParcelFigures,
  language: Language = 'en',
) {
  const [now, was] = [of(total), of(before)];
  if (now === null || was === null) return null;
  const words = messagesIn(language).desk.analytics;
  const size = Math.abs(now - was);
  const arrow = now > was ? '↑' : '↓';
  if (unit === 'parcels') {
    // So many more: the period before had hardly begun.
    if (size >= 10 * was) return null;
    const by = percentIn(language, size / was);
    return { way: now < was ? 'fewer' : 'more', arrow, by, isGood: null } as const;
  }
  if (better === undefined) return null;
  const isShare = unit === 'share';
  const by = isShare
    ? `${decimal(size * 100, 1, language)} ${words.points}`
    : `${decimal(size, 1, language)} ${words.units.days}`;
  const isSame = Number(size.toFixed(isShare ? 3 : 1)) === 0;
  if (isSame) return { way: 'same', arrow: '=', by, isGood: null } as const;
  const isBetter = (now > was ? 'more' : 'less') === better;
  const good = isShare ? 'better' : 'faster';
  const bad = isShare ? 'worse' : 'slower';
  const isClear = isShare
    ? size >= LARGE_SHARE || isBeyondChance([now, basis(total)], [was, basis(before)])
    : size >= CLEAR_DAYS;
  const way = isBetter ? good : bad;
  return { way, arrow, by, isGood: isClear ? isBetter : null } as const;
}

/** A change of the mean time in transit that recipients notice. */
const CLEAR_DAYS = 0.5;
/** A change of a share that readers must notice, even if it may be chance. */
const LARGE_SHARE = 0.05;
/** With fewer of either outcome, the deviation below does not hold. */
const EXPECTED_LEAST = 5;
/** Standard deviations that chance exceeds once in twenty comparisons. */
const CHANCE_Z = 1.96;

type Share = readonly [share: number, of: number];

/** Whether two shares differ by more than chance explains: one case more or less never does. Pure. */
function isBeyondChance([one, ofOne]: Share, [other, ofOther]: Share): boolean {
  const both = (one * ofOne + other * ofOther) / (ofOne + ofOther);
  if (Math.min(both, 1 - both) * Math.min(ofOne, ofOther) < EXPECTED_LEAST) return false;
  const deviation = Math.sqrt(both * (1 - both) * (1 / ofOne + 1 / ofOther));
  return Math.abs(one - other) > CHANCE_Z * deviation;
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
  /** How groups are sorted; null: as `WORST_FIRST`. */
  readonly sort: { readonly figure: FigureName; readonly isDown: boolean } | null;
  /** Whether all groups are shown. */
  readonly isWhole: boolean;
}

/** Parses a URL's parameters; invalid ones count as absent. Pure. */
export function analyticsQueryOf(
  query: URLSearchParams,
  carriers: readonly string[],
): AnalyticsQuery {
  return {
    weeks: PERIODS.find((each) => String(each) === query.get('weeks')) ?? 4,
    by: ANALYTICS_BY.find((each) => each === query.get('by')) ?? 'carrier',
    carrier: carriers.find((each) => each === query.get('carrier')) ?? null,
    sort: sortOf(query.get('sort') ?? ''),
    isWhole: query.get('rows') === 'all',
  };
}

function sortOf(text: string): AnalyticsQuery['sort'] {
  const [name, isDown] = text.startsWith('-') ? [text.slice(1), true] : [text, false];
  return Object.hasOwn(FIGURES, name) ? { figure: name as FigureName, isDown } : null;
}

/** The query of a URL with these parameters. Pure. */
export function addressOf({ weeks, by, carrier, sort, isWhole }: AnalyticsQuery): string {
  return new URLSearchParams({
    ...{ weeks: String(weeks), by },
    ...(carrier === null ? {} : { carrier }),
    ...(sort === null ? {} : { sort: `${sort.isDown ? '-' : ''}${sort.figure}` }),
    ...(isWhole ? { rows: 'all' } : {}),
  }).toString();
}
