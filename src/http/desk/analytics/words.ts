import type { AnalyticsGroup, ParcelFigures } from '../../../reactions/analytics/index.ts';
import type { Asked } from './asked.ts';

/** A figure: what it is called, how it is counted, and how it is written. */
export interface Figure {
  readonly name: string;
  readonly meaning: string;
  readonly of: (figures: ParcelFigures) => number | null;
  readonly unit: 'parcels' | 'share' | 'days';
  /** What is better, for colours; null: neither. */
  readonly better: 'more' | 'less' | null;
}

/** Every figure with its definition, once for cards, tables and files. */
export const FIGURES = {
  registered: {
    ...{ name: 'Registered', unit: 'parcels', better: null },
    meaning: 'Parcels that were registered in the week.',
    of: ({ registered }) => registered,
  },
  delivered: {
    ...{ name: 'Delivered', unit: 'parcels', better: null },
    meaning: 'Parcels that were delivered in the week, by the calendar of the place.',
    of: ({ delivered }) => delivered,
  },
  onTime: {
    ...{ name: 'On time', unit: 'share', better: 'more' },
    meaning: 'Of the delivered parcels that had a promised date: those that came by it.',
    of: ({ onTimeShare }) => onTimeShare,
  },
  firstAttempt: {
    ...{ name: 'First attempt', unit: 'share', better: 'more' },
    meaning: 'Of the delivered parcels: those for which no delivery was tried in vain.',
    of: ({ firstAttemptShare }) => firstAttemptShare,
  },
  medianDays: {
    ...{ name: 'Days in transit, median', unit: 'days', better: 'less' },
    meaning: 'From the carrier’s first scan to delivery; half of the parcels took no longer.',
    of: ({ transit }) => transit.medianDays,
  },
  p90Days: {
    ...{ name: 'Days in transit, nine of ten', unit: 'days', better: 'less' },
    meaning: 'From the carrier’s first scan to delivery; nine of ten parcels took no longer.',
    of: ({ transit }) => transit.p90Days,
  },
  meanDays: {
    ...{ name: 'Days in transit, mean', unit: 'days', better: 'less' },
    meaning: 'From the carrier’s first scan to delivery, on average.',
    of: ({ transit }) => transit.meanDays,
  },
  cases: {
    ...{ name: 'Exceptions', unit: 'share', better: 'less' },
    meaning: 'Cases opened for each parcel registered in the same time.',
    of: ({ cases, registered }) => (registered > 0 ? cases / registered : null),
  },
  returned: {
    ...{ name: 'Returned', unit: 'parcels', better: 'less' },
    meaning: 'Parcels that came back to the sender in the week.',
    of: ({ returned }) => returned,
  },
} as const satisfies Readonly<Record<string, Figure>>;

/** As people read it; an en dash where there is nothing. Pure. */
export function written(value: number | null, unit: Figure['unit']): string {
  if (value === null) return '–';
  if (unit === 'share') return `${(value * 100).toFixed(1)} %`;
  if (unit === 'days') return value.toFixed(1);
  return value.toLocaleString('en-US');
}

/** By how much it differs from before; null where one of them is missing. Pure. */
export function difference(now: number | null, before: number | null, unit: Figure['unit']) {
  if (now === null || before === null) return null;
  const by = now - before;
  const sign = by > 0 ? '+' : by < 0 ? '−' : '±';
  const size = Math.abs(by);
  if (unit === 'share') return `${sign}${(size * 100).toFixed(1)} points`;
  if (unit === 'days') return `${sign}${size.toFixed(1)}`;
  if (before === 0) return null;
  return `${sign}${((size / before) * 100).toFixed(0)} %`;
}

/** What a group is called. Pure. */
export function nameOf({ name, carrier }: AnalyticsGroup): string {
  const own = name === '' ? 'not known' : name;
  return carrier === '' ? own : `${carrier} ${own}`;
}

export const BY_NAMES: Readonly<Record<Asked['by'], string>> = {
  carrier: 'carrier',
  service: 'service',
  lane: 'lane',
  week: 'week',
};

/** `address_not_found` in words. Pure. */
export function reasonWords(reason: string): string {
  return reason.replaceAll('_', ' ');
}
