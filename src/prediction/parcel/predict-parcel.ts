import { mayArrive } from '../../kernel/status.ts';
import { isLocalDate, type LocalDate, localTimeAt } from '../calendar/local-date.ts';
import { whyMoved } from '../calendar/moved-words.ts';
import {
  acceptanceDay,
  type Place,
  type PlaceCalendar,
  withDeliveryDay,
} from '../calendar/place-calendar.ts';
import { choosePrediction } from '../chain/choose.ts';
import type {
  Candidate,
  Prediction,
  PunctualityRecord,
  RuleCandidate,
} from '../chain/prediction.ts';
import type { Profiles } from '../last-mile/day-window.ts';
import { outForDelivery } from '../last-mile/out-for-delivery.ts';
import { byArrival, type CourierArrival } from '../last-mile/shown-arrival.ts';
import { type Forecasted, forecastParcel } from '../model/forecast-parcel.ts';
import type { Learner } from '../model/learner.ts';
import type { PredictionPolicy, Service } from '../policy/policy.ts';
import { localDay } from '../sample/parcel.ts';
import {
  decideWarning,
  missProbability,
  type WarningState,
  type WarningStep,
} from '../warning/decide.ts';
import {
  dueAgainMs,
  instantAt,
  type Moved,
  type ParcelUnderWay,
  type Stop,
  WESTERNMOST,
} from './due-at.ts';

/** What dates are computed with. */
export interface ParcelPredictor {
  readonly policy: PredictionPolicy;
  readonly calendarOf: (place: Place, service: Service) => PlaceCalendar;
  /** Null while no model is active. */
  readonly learner: Learner | null;
  /** Records of this carrier's dates and of the rule's; null: none came due. */
  readonly records: {
    readonly carrier: PunctualityRecord | null;
    readonly rule: PunctualityRecord | null;
  };
  readonly profiles: Profiles;
  /** When its courier arrives; absent: unknown. */
  readonly arrival?: CourierArrival | null;
  readonly nowMs: number;
}

/** Everything computed for one parcel. */
export interface Forecast {
  readonly prediction: Prediction;
  readonly moved: Moved | null;
  readonly warning: { readonly state: WarningState; readonly step: WarningStep };
  /** The probability that the promised day is missed; null: no promise, or unknown. */
  readonly missProbability: number | null;
  /** The model's part; null: it was not used. */
  readonly predicted: Forecasted | null;
  /** Epoch ms; null: never again. */
  readonly dueAtMs: number | null;
}

const DAY_MS = 86_400_000;
/** After a longer silence, counting days from the last update would be a guess. */
const SILENT_MS_MAX = 45 * DAY_MS;

/** The prediction of a parcel for which there is no basis to predict anything. */
export const NOTHING: Prediction = {
  date: null,
  from: null,
  to: null,
  source: 'none',
  confidence: 0,
  late: false,
  reasons: [],
};

/**
 * Predicts a parcel's date from all sources; null if it is not predictable, or no longer expected.
 * Pure.
 */
export function predictParcel(by: ParcelPredictor, parcel: ParcelUnderWay): Forecast | null {
  if (!isExpected(parcel, by.nowMs)) return null;
  const { policy, nowMs } = by;
  const { zone, promised, way } = parcel;
  const service = { carrier: parcel.carrier, serviceLevel: parcel.serviceLevel };
  const calendar = withLoadingDay(by.calendarOf(parcel.destination, service), parcel, nowMs);
  const predicted =
    way === null || by.learner === null
      ? null
      : forecastParcel(by.learner, way.parcel, nowMs, (wallMs) => instantAt(wallMs, zone));
  const candidates = candidatesOf(by, parcel, predicted);
  if (candidates.length === 0) {
    // The courier's own arrival needs no other estimate, and no scan of the parcel.
    const prediction = byCourier(by, parcel, NOTHING);
    if (prediction === null) return { ...forecastOfNothing(parcel), dueAtMs: null };
    const dueAtMs = dueAgainMs(nowMs, zone, calendar.lastDeliveryMinutes, true);
    return {
      ...forecastOfNothing(parcel),
      prediction,
      moved: movedTo(parcel, prediction),
      dueAtMs,
    };
  }
  const chosen = choosePrediction(policy, {
    candidates,
    nowMs,
    zone,
    calendar,
    service,
    promised: promised !== null && isLocalDate(promised) ? promised : null,
  });
  const prediction = markLateIfStillOut(parcel, nowMs, lastMile(by, parcel, calendar, chosen));
  const probability =
    predicted === null || promised === null || zone === null
      ? null
      : missProbability(predicted.candidate, { date: promised, zone }, nowMs);
  const warning = decideWarning(policy.warning, parcel.before.warning, {
    promise: promised,
    probability,
    hasPassed: promised !== null && promised < localTimeAt(nowMs, zone ?? WESTERNMOST).date,
  });
  return {
    prediction,
    warning,
    predicted,
    missProbability: probability,
    moved: movedTo(parcel, prediction),
    dueAtMs: dueAgainMs(
      nowMs,
      zone,
      calendar.lastDeliveryMinutes,
      parcel.status === 'out_for_delivery',
    ),
  };
}

function isExpected({ status, reason, isExpired, way }: ParcelUnderWay, nowMs: number): boolean {
  if (isExpired || !mayArrive(status, reason)) return false;
  return way === null || nowMs - way.newest.at.instantMs <= SILENT_MS_MAX;
}

function forecastOfNothing({ before }: ParcelUnderWay): Omit<Forecast, 'dueAtMs'> {
  const { warning, moved } = before;
  return {
    prediction: NOTHING,
    moved,
    predicted: null,
    missProbability: null,
    warning: { state: warning, step: null },
  };
}

function candidatesOf(
  by: ParcelPredictor,
  { estimate, way, ...parcel }: ParcelUnderWay,
  predicted: Forecasted | null,
): Candidate[] {
  const { records } = by;
  const rule = way === null ? null : ruleOf(by, parcel, way);
  return [
    ...(predicted === null ? [] : [predicted.candidate]),
    ...(estimate === null
      ? []
      : [{ source: 'carrier' as const, ...estimate, record: records.carrier }]),
    ...(rule === null ? [] : [{ ...rule, record: records.rule }]),
  ];
}

/**
 * What the rule counts from: the newest scan, or acceptance with its cut-off while that is the
 * only scan.
 */
function ruleOf(
  { calendarOf }: ParcelPredictor,
  parcel: Omit<ParcelUnderWay, 'estimate' | 'way'>,
  { acceptance, newest }: NonNullable<ParcelUnderWay['way']>,
): Omit<RuleCandidate, 'record'> {
  const { destination, origin, originZone, carrier, serviceLevel } = parcel;
  const isAbroad = (country: string | null) =>
    country !== null && destination.country !== null && country !== destination.country;
  if (parcel.status === 'out_for_delivery') {
    return { source: 'rule', after: 'out_for_delivery', date: dateOf(newest), isAbroad: false };
  }
  // A first scan in a hub counts as one: nothing says how the parcel got there.
  if (newest !== acceptance || newest.status === 'at_facility') {
    return {
      source: 'rule',
      after: 'scan',
      date: dateOf(newest),
      isAbroad: isAbroad(newest.country),
    };
  }
  const calendar = calendarOf(origin, { carrier, serviceLevel });
  const date =
    originZone === null
      ? dateOf(acceptance)
      : acceptanceDay(acceptance.at.instantMs, originZone, calendar);
  const from = acceptance.country ?? origin.country;
  return { source: 'rule', after: 'hand_over', date, isAbroad: isAbroad(from) };
}

function dateOf({ at }: Stop): LocalDate {
  return new Date(localDay(at.wallMs) * DAY_MS).toISOString().slice(0, 10);
}

function lastMile(
  by: ParcelPredictor,
  parcel: ParcelUnderWay,
  { lastDeliveryMinutes }: PlaceCalendar,
  chosen: Prediction,
): Prediction {
  const { policy, nowMs, profiles } = by;
  const { status, zone } = parcel;
  if (status !== 'out_for_delivery' || zone === null) return chosen;
  const byRound = byCourier(by, parcel, chosen);
  if (byRound !== null) return byRound;
  return outForDelivery(policy, chosen, { nowMs, zone, lastDeliveryMinutes, profiles });
}

/** The prediction with the arrival of the parcel's own courier; null: none is known. */
function byCourier(
  { policy, nowMs, arrival = null }: ParcelPredictor,
  { status, zone }: ParcelUnderWay,
  chosen: Prediction,
): Prediction | null {
  if (status !== 'out_for_delivery' || zone === null || arrival === null) return null;
  return byArrival(chosen, arrival, { nowMs, zone, confidence: policy.last_mile.share });
}

/**
 * The calendar with today as a delivery day if the vehicle was loaded today: it drives today, even
 * on a weekend or holiday.
 */
function withLoadingDay(
  calendar: PlaceCalendar,
  { status, way, zone }: ParcelUnderWay,
  nowMs: number,
): PlaceCalendar {
  if (zone === null || status !== 'out_for_delivery' || way?.newest.status !== status) {
    return calendar;
  }
  const { date } = localTimeAt(nowMs, zone);
  return dateOf(way.newest) === date ? withDeliveryDay(calendar, date) : calendar;
}

/**
 * Marks a loaded parcel as late on the next day, whatever the source says: it was meant to be
 * delivered on the day it was loaded.
 */
function markLateIfStillOut(
  { status, way, zone }: ParcelUnderWay,
  nowMs: number,
  is: Prediction,
): Prediction {
  if (status !== 'out_for_delivery' || way?.newest.status !== status) return is;
  const date = dateOf(way.newest);
  if (is.date === null || date >= localTimeAt(nowMs, zone ?? WESTERNMOST).date) return is;
  return { ...is, late: true, reasons: [...is.reasons, { code: 'still_out', date }] };
}

/**
 * The previous date and why it moved; they stay until the date moves again. A date that was only
 * counted was nobody's statement: it is never the "previous" date, and a date from a source in its
 * place does not count as a move.
 */
function movedTo({ before, status, reason }: ParcelUnderWay, prediction: Prediction): Moved | null {
  const reported = status === 'exception' ? reason : null;
  const why = whyMoved(before, prediction, reported);
  if (why === null || before.date === null) return before.moved;
  if (before.source !== 'rule') return { from: before.date, why };
  if (prediction.source !== 'rule') return null;
  const from = before.moved?.from ?? null;
  return { from: from === prediction.date ? null : from, why };
}
