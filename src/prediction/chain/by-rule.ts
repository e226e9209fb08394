import { addDays, daysBetween, isLocalDate, type LocalDate } from '../calendar/local-date.ts';
import type { PlaceCalendar } from '../calendar/place-calendar.ts';
import { type PredictionPolicy, ruleTerm, type Service } from '../policy/policy.ts';
import {
  closureReasons,
  type Draft,
  laterDate,
  type Reason,
  type RuleCandidate,
  recordConfidence,
  rounded,
  type Situation,
  type Today,
} from './prediction.ts';

/**
 * The maximum of working days by which a parcel counts as late. For a later one, no day is likelier
 * than another.
 */
const LATE_DAYS_MAX = 20;
/** Calendar days that contain this many working days, including holidays. */
const HISTORY_DAYS = 60;
/** After an acceptance on the last day before a long holiday, days are counted from its end. */
const AHEAD_DAYS_MAX = 30;

/**
 * Predicts a date by counting working days, with its window. If that date has passed, the result is
 * a new window from the first possible delivery day, which is wider the later the parcel is: after
 * two days it may take one more day, after ten it may take five.
 *
 * @param passed the carrier's own date if it has passed: without scans, days are counted from it.
 */
export function byRule(
  policy: PredictionPolicy,
  { calendar, service }: Situation,
  today: Today,
  candidate: RuleCandidate | null,
  passed: LocalDate | null,
): Draft | null {
  if (candidate !== null && !isUsable(candidate, today)) return null;
  const expected = candidate ? dayByRule(policy, calendar, service, candidate) : passed;
  if (expected === null) return null;
  const days = candidate ? daysByRule(policy, service, candidate) : 0;
  const after = candidate?.after ?? 'carrier_date';
  const confidence = recordConfidence(policy.confidence, 'rule', candidate?.record ?? null);
  const chosen: Reason = { code: 'rule_chosen', after, days };
  if (expected < today.passedBefore) {
    const lost: Reason[] = candidate ? [{ code: 'rule_passed', date: expected }] : [];
    return draftOfLateParcel(policy, { calendar, service }, today, expected, confidence, [
      ...lost,
      chosen,
    ]);
  }
  const { first } = today;
  const date = laterDate(expected, first);
  const before = ruleTerm(policy, service, 'before');
  const begin = laterDate(calendar.addBusinessDays(expected, -before), first);
  return {
    date,
    from: before === 0 ? date : calendar.nextDeliveryDay(begin),
    to: deliveryDayAfter(calendar, date, ruleTerm(policy, service, 'after')),
    confidence,
    late: false,
    reasons: [
      chosen,
      ...(today.isOver && expected < first ? [{ code: 'day_over' } as const] : []),
      ...(candidate
        ? closureReasons(calendar, addDays(candidate.date, days === 0 ? 0 : 1), expected)
        : []),
    ],
  };
}

/**
 * Whether the candidate's date can be counted from. A date too far in the future comes from a wrong
 * clock.
 */
function isUsable({ date }: RuleCandidate, { first }: Today): boolean {
  return isLocalDate(date) && daysBetween(first, date) <= AHEAD_DAYS_MAX;
}

/** The prediction for a parcel whose expected day has passed; a wider window the later it is. */
function draftOfLateParcel(
  policy: PredictionPolicy,
  { calendar, service }: Pick<Situation, 'calendar' | 'service'>,
  { first }: Today,
  expected: LocalDate,
  confidence: number,
  reasons: readonly Reason[],
): Draft {
  const since = laterDate(expected, addDays(first, -HISTORY_DAYS));
  const late = Math.min(Math.max(calendar.businessDaysBetween(since, first), 1), LATE_DAYS_MAX);
  const date = deliveryDayAfter(calendar, first, Math.floor(late / 2));
  const to = deliveryDayAfter(calendar, date, ruleTerm(policy, service, 'after') + late);
  return {
    date,
    from: first,
    to,
    confidence: rounded(confidence / (1 + late)),
    late: true,
    reasons,
  };
}

/** The number of working days that the rule adds to the candidate's date. */
export function daysByRule(
  policy: PredictionPolicy,
  service: Service,
  { after, isAbroad }: Pick<RuleCandidate, 'after' | 'isAbroad'>,
): number {
  if (after === 'out_for_delivery') return 0;
  const days = ruleTerm(policy, service, after === 'scan' ? 'after_scan' : 'after_hand_over');
  return days + (isAbroad ? ruleTerm(policy, service, 'abroad') : 0);
}

/**
 * Parcels travel on working days and arrive on delivery days: a service may deliver on Saturdays.
 */
function dayByRule(
  policy: PredictionPolicy,
  calendar: PlaceCalendar,
  service: Service,
  candidate: RuleCandidate,
): LocalDate {
  const days = daysByRule(policy, service, candidate);
  if (days === 0) return calendar.nextDeliveryDay(candidate.date);
  const travelled =
    days === 1 ? candidate.date : calendar.addBusinessDays(candidate.date, days - 1);
  return calendar.nextDeliveryDay(addDays(travelled, 1));
}

/** The first delivery day at least `days` working days after `date`; `date` itself for zero. */
function deliveryDayAfter(calendar: PlaceCalendar, date: LocalDate, days: number): LocalDate {
  return days === 0 ? date : calendar.nextDeliveryDay(calendar.addBusinessDays(date, days));
}
