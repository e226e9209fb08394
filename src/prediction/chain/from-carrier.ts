import { placeTimeFromIso } from '../../kernel/time/zoned-time.ts';
import { daysBetween, isLocalDate, type LocalDate } from '../calendar/local-date.ts';
import type { PredictionPolicy } from '../policy/policy.ts';
import { recordConfidence } from './confidence.ts';
import { type Draft, later } from './draft.ts';
import type { CarrierCandidate, Reason } from './prediction.ts';
import type { Today } from './today.ts';

/** No carrier promises a date that far ahead: it is a typing error, or means "never". */
const AHEAD_DAYS_MAX = 366;

/**
 * Returns the carrier's date unchanged while it has not passed; otherwise the reason why it is not
 * used.
 */
export function fromCarrier(
  policy: PredictionPolicy,
  today: Today,
  { date, from, to, record }: CarrierCandidate,
): Draft | Reason {
  if (!isLocalDate(date)) return { code: 'carrier_unusable' };
  if (daysBetween(today.passedBefore, date) > AHEAD_DAYS_MAX) return { code: 'carrier_unusable' };
  const [begin, end] = [localOf(from), localOf(to)];
  // A window that ends before its day, begins after it, or ends before it begins is ignored.
  const isReversed = isBefore(end, begin);
  const until = end === null || isReversed || end.slice(0, 10) < date ? null : end;
  const last = until === null ? date : until.slice(0, 10);
  if (last < today.passedBefore) return { code: 'carrier_passed', date: last };
  const confidence = recordConfidence(policy.confidence, 'carrier', record);
  const day = later(date, today.passedBefore);
  if (isOver(until, today)) {
    const reasons = [{ code: 'carrier_hours_passed' } as const];
    return { date: day, from: null, to: null, confidence, late: true, reasons };
  }
  const beginDay = begin?.slice(0, 10) ?? '';
  const begins = !isReversed && beginDay >= today.passedBefore && beginDay <= date;
  return {
    date: day,
    from: begins ? from : null,
    to: until === null ? null : to,
    confidence,
    late: false,
    reasons: [],
  };
}

/** The wall clock or day in a carrier's text; null: none. */
function localOf(text: string | null): LocalDate | null {
  const local = text === null ? null : (placeTimeFromIso(text)?.local ?? null);
  return local !== null && isLocalDate(local.slice(0, 10)) ? local : null;
}

/**
 * Whether `a` is before `b`, compared at the lower precision of the two: a date alone contains all
 * of its hours.
 */
function isBefore(a: string | null, b: string | null): boolean {
  if (a === null || b === null) return false;
  const chars = Math.min(a.length, b.length);
  return a.slice(0, chars) < b.slice(0, chars);
}

/**
 * Whether the carrier's hours ended earlier today. Midnight does not count: carriers use it to mean
 * "that day".
 */
function isOver(end: string | null, { wallClock }: Today): boolean {
  if (end === null || wallClock === null || end.length <= 10) return false;
  return !/T(?:00:00|23:59)/.test(end) && end.slice(0, 16) < wallClock;
}
