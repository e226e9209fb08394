import { calendarAt } from '../calendar/test-calendar.ts';
import type { CarrierCandidate, ModelCandidate, RuleCandidate, Situation } from './prediction.ts';

const DAY_MS = 86_400_000;
/** A Thursday, eleven o'clock in Berlin. */
export const NOW_MS = Date.parse('2026-11-19T10:00:00Z');

export const situation = (is: Partial<Situation> = {}): Situation => ({
  candidates: [],
  nowMs: NOW_MS,
  zone: 'Europe/Berlin',
  calendar: calendarAt('DE'),
  service: { carrier: 'acme', serviceLevel: null },
  promised: null,
  ...is,
});

/** Arrives in this many days, by p10, p50 and p90. */
export const model = (
  days: readonly [number, number, number],
  is: Partial<ModelCandidate> = {},
): ModelCandidate => ({
  source: 'model',
  quantiles: [0.1, 0.5, 0.9].map((share, index) => ({
    share,
    atMs: (is.startMs ?? NOW_MS) + (days[index] ?? 0) * DAY_MS,
  })),
  startMs: NOW_MS,
  support: 1_000,
  drift: 0,
  ...is,
});

export const carrier = (
  date: string,
  from: string | null = null,
  to: string | null = null,
): CarrierCandidate => ({ source: 'carrier', date, from, to, record: null });

export const rule = (date: string, is: Partial<RuleCandidate> = {}): RuleCandidate => ({
  source: 'rule',
  after: 'scan',
  date,
  isAbroad: false,
  record: null,
  ...is,
});
