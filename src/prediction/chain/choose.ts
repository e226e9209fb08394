import { placeTimeFromIso } from '../../kernel/time/zoned-time.ts';
import { daysBetween, isLocalDate, type LocalDate, localTimeAt } from '../calendar/local-date.ts';
import type { PredictionPolicy } from '../policy/policy.ts';
import {
  type ArrivalCurve,
  arrivalCurve,
  shareBy,
  stillToCome,
  timeAtShare,
} from './arrival-curve.ts';
import { byRule } from './by-rule.ts';
import {
  type Candidate,
  type CarrierCandidate,
  closureReasons,
  type Draft,
  laterDate,
  type ModelCandidate,
  modelConfidence,
  type Prediction,
  type Reason,
  recordConfidence,
  rounded,
  type Situation,
  type Source,
  type Today,
  todayOf,
} from './prediction.ts';

import { fewestDays } from './whole-days.ts';

/**
 * The date to show: the model's if it is confident enough, else the carrier's while it has not
 * passed, else one by counting working days, else none. Never a day that is over at the
 * destination.
 */
export function choosePrediction(policy: PredictionPolicy, situation: Situation): Prediction {
  const today = todayOf(situation);
  const model = candidateOf(situation, 'model');
  const byModel = model && fromModel(policy, situation, today, model);
  const carrier = candidateOf(situation, 'carrier');
  const byCarrier = carrier && fromCarrier(policy, today, carrier);
  const passed = isReason(byCarrier) && byCarrier.code === 'carrier_passed' ? byCarrier : null;
  const missed = [...(passed ? [passed] : []), ...promisePassed(situation, today)];

  const toPrediction = (
    source: Source,
    reasons: readonly Reason[],
    draft: Draft | null,
  ): Prediction => ({
    ...(draft === null ? NOTHING : shownOf(draft)),
    source,
    late: draft?.late === true || missed.length > 0,
    reasons: [...reasons, ...(draft?.reasons ?? []), ...missed, ...caveats(situation, draft)],
  });

  if (isDraft(byModel)) return toPrediction('model', [{ code: 'model_chosen' }], byModel);
  const noModel: Reason = byModel ?? { code: 'model_absent' };
  if (isDraft(byCarrier))
    return toPrediction('carrier', [noModel, { code: 'carrier_chosen' }], byCarrier);
  const noCarrier: readonly Reason[] = passed ? [] : [byCarrier ?? { code: 'carrier_absent' }];
  const rule = candidateOf(situation, 'rule');
  const counted = byRule(policy, situation, today, rule, passed?.date ?? null);
  if (counted !== null) return toPrediction('rule', [noModel, ...noCarrier], counted);
  return toPrediction('none', [noModel, ...noCarrier, { code: 'rule_absent' }], null);
}

const NOTHING = { date: null, from: null, to: null, confidence: 0 } as const;

function shownOf({ date, from, to, confidence }: Draft) {
  return { date, from, to, confidence };
}

function isReason<R extends Reason>(answer: Draft | R | null): answer is R {
  return answer !== null && 'code' in answer;
}

function isDraft(answer: Draft | Reason | null): answer is Draft {
  return answer !== null && !('code' in answer);
}

function promisePassed({ promised }: Situation, { passedBefore }: Today): Reason[] {
  if (promised === null || promised >= passedBefore) return [];
  return [{ code: 'promise_passed', date: promised }];
}

function caveats({ calendar, zone }: Situation, draft: Draft | null): Reason[] {
  if (draft === null) return [];
  return [
    ...(calendar.coverage === 'none' ? [{ code: 'holidays_unknown' } as const] : []),
    ...(zone === null ? [{ code: 'zone_unknown' } as const] : []),
  ];
}

function candidateOf<S extends Candidate['source']>(
  { candidates }: Situation,
  source: S,
): Extract<Candidate, { source: S }> | null {
  const isWanted = (one: Candidate): one is Extract<Candidate, { source: S }> =>
    one.source === source;
  return candidates.find(isWanted) ?? null;
}

/** No carrier promises a date that far ahead: it is a typing error, or means "never". */
const AHEAD_DAYS_MAX = 366;

/**
 * Returns the carrier's date unchanged while it has not passed; otherwise the reason why it is not
 * used.
 */
function fromCarrier(
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
  const day = laterDate(date, today.passedBefore);
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

const DAY_MS = 86_400_000;
/** The share of parcels outside the window that `missedInDays` describes. */
const NOMINAL_MISSED_SHARE = 0.2;
/** The minimum share of a window by the quantiles. */
const COVERAGE_MIN = 0.4;

/** Returns the model's prediction, or the reason why there is none. */
function fromModel(
  policy: PredictionPolicy,
  situation: Situation,
  today: Today,
  { quantiles, startMs, support, drift, missedInDays }: ModelCandidate,
): Draft | Reason {
  const { shown, confidence: settings } = policy;
  const usual = arrivalCurve(quantiles, startMs);
  if (usual === null) return { code: 'model_unusable' };
  const curve = stillToCome(usual, situation.nowMs);
  const widthDays = (timeAtShare(curve, shown.to) - timeAtShare(curve, shown.from)) / DAY_MS;
  const arrivedShare = shareBy(usual, situation.nowMs);
  const confidence = rounded(
    modelConfidence(settings, { widthDays, support, drift }) *
      shareOfSupportLeft(arrivedShare, shown.to),
  );
  if (confidence < settings.model_min) {
    return { code: 'model_unsure', confidence, needed: settings.model_min };
  }
  const isSlow = arrivedShare >= shown.to;
  const reasons: Reason[] = isSlow ? [{ code: 'slower_than_usual' }] : [];
  const days = dateAndWindow(curve, shown, missedInDays ?? null, situation, today);
  return { ...days, reasons: [...reasons, ...days.reasons], confidence, late: isSlow };
}

/**
 * How much of the model's support is left, from 0 to 1. A parcel slower than nearly all comparable
 * ones belongs to a few, and its window describes only those few.
 */
function shareOfSupportLeft(arrivedShare: number, usualShare: number): number {
  return Math.sqrt(Math.min(1, Math.max(0, 1 - arrivedShare) / (1 - usualShare)));
}

function dateAndWindow(
  curve: ArrivalCurve,
  shown: PredictionPolicy['shown'],
  missedInDays: number | null,
  { zone, calendar }: Situation,
  { first, isOver }: Today,
): Pick<Draft, 'date' | 'from' | 'to' | 'reasons'> {
  const dayOf = (share: number) => localTimeAt(timeAtShare(curve, share), zone ?? 'UTC').date;
  const deliveryDayAt = (share: number) => calendar.nextDeliveryDay(laterDate(dayOf(share), first));
  const predictedDay = dayOf(shown.date);
  const window =
    missedInDays === null
      ? { from: deliveryDayAt(shown.from), to: deliveryDayAt(shown.to) }
      : fewestDays(
          curve,
          { coverage: coverageOf(shown, missedInDays), middle: shown.date },
          first,
          {
            zone: zone ?? 'UTC',
            nextDeliveryDay: calendar.nextDeliveryDay,
          },
        );
  return {
    date: deliveryDayAt(shown.date),
    ...window,
    reasons: [
      ...(isOver && predictedDay < first ? [{ code: 'day_over' } as const] : []),
      ...closureReasons(calendar, laterDate(predictedDay, first), deliveryDayAt(shown.date)),
    ],
  };
}

/**
 * The share that the window must contain by the quantiles. If it is to contain more or less than
 * usual, it misses less or more in proportion.
 */
function coverageOf({ from, to }: PredictionPolicy['shown'], missedInDays: number): number {
  return Math.max(COVERAGE_MIN, 1 - (1 - (to - from)) * (missedInDays / NOMINAL_MISSED_SHARE));
}
