import { addDays, type LocalDate, localTimeAt } from '../calendar/local-date.ts';
import type { PlaceCalendar } from '../calendar/place-calendar.ts';
import type { PredictionPolicy, Service } from '../policy/policy.ts';
import type { Quantile } from './arrival-curve.ts';

/** The sources, best first. */
export type Source = 'model' | 'carrier' | 'rule' | 'none';

/** How many dates came due, and how many of them were met. */
export interface PunctualityRecord {
  readonly due: number;
  readonly onTime: number;
}

export interface ModelCandidate {
  readonly source: 'model';
  readonly quantiles: readonly Quantile[];
  /** The origin of the quantiles: acceptance, or when they were computed. */
  readonly startMs: number;
  /** Completed comparable parcels in the model. */
  readonly support: number;
  /** How far the recent coverage of its windows is from the nominal one: 0.1 for 70 of 80 %. */
  readonly drift: number;
  /**
   * The share of parcels that a window of whole days must miss by the quantiles, so that it misses
   * a fifth in reality; absent: the window's ends can be read from the quantiles.
   */
  readonly missedInDays?: number;
}

export interface CarrierCandidate {
  readonly source: 'carrier';
  /** As the carrier gave them: a day, and days or wall clocks at the destination. */
  readonly date: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly record: PunctualityRecord | null;
}

export interface RuleCandidate {
  readonly source: 'rule';
  readonly after: 'scan' | 'hand_over' | 'out_for_delivery';
  /** The day from which days are counted. For an acceptance, see `acceptanceDay`. */
  readonly date: LocalDate;
  /** It happened outside the destination's country. */
  readonly isAbroad: boolean;
  readonly record: PunctualityRecord | null;
}

export type Candidate = ModelCandidate | CarrierCandidate | RuleCandidate;

/** Everything a parcel's date is chosen from. */
export interface Situation {
  readonly candidates: readonly Candidate[];
  readonly nowMs: number;
  /** IANA zone of the destination; null: unknown. */
  readonly zone: string | null;
  /** Of the destination, for this service. */
  readonly calendar: PlaceCalendar;
  readonly service: Service;
  /** The first date promised to the recipient; null: none. */
  readonly promised: LocalDate | null;
}

export interface Prediction {
  /** Local at the destination; null only if the source is `none`. */
  readonly date: LocalDate | null;
  /** The window around it: days, or wall clocks at the destination. */
  readonly from: string | null;
  readonly to: string | null;
  readonly source: Source;
  /** From 0 to 1. */
  readonly confidence: number;
  /** It is overdue. */
  readonly late: boolean;
  /** For a courier with a known route; absent: many, or unknown. */
  readonly stopsBefore?: number;
  /** The courier is minutes away. */
  readonly arriving?: true;
  /** Why this source and date, in the order of the decisions. */
  readonly reasons: readonly Reason[];
}

/** The codes are stable: programs may rely on them. */
export type Reason =
  | { readonly code: 'model_chosen' }
  | { readonly code: 'model_absent' }
  /** Its figures are unusable: too few, not finite, or beyond a year. */
  | { readonly code: 'model_unusable' }
  | { readonly code: 'model_unsure'; readonly confidence: number; readonly needed: number }
  | { readonly code: 'carrier_chosen' }
  | { readonly code: 'carrier_absent' }
  /** Not a date, or more than a year ahead. */
  | { readonly code: 'carrier_unusable' }
  | { readonly code: 'carrier_passed'; readonly date: LocalDate }
  /** The day stands, but the carrier's hours are over. */
  | { readonly code: 'carrier_hours_passed' }
  | {
      readonly code: 'rule_chosen';
      readonly after: RuleCandidate['after'] | 'carrier_date';
      readonly days: number;
    }
  | { readonly code: 'rule_absent' }
  | { readonly code: 'rule_passed'; readonly date: LocalDate }
  | { readonly code: 'promise_passed'; readonly date: LocalDate }
  /** Most comparable parcels had arrived by now. */
  | { readonly code: 'slower_than_usual' }
  /** No deliveries on that day. */
  | { readonly code: 'weekend'; readonly date: LocalDate }
  | { readonly code: 'holiday'; readonly date: LocalDate; readonly name: string | null }
  /** It is too late for a delivery today. */
  | { readonly code: 'day_over' }
  /** It is on the vehicle: hours from the profile of such deliveries, or an own courier's position. */
  | {
      readonly code: 'out_for_delivery';
      readonly by: 'lane' | 'region' | 'country' | 'all' | 'position';
    }
  /** It was loaded on a day that is over, and has not arrived. */
  | { readonly code: 'still_out'; readonly date: LocalDate }
  /**
   * For dates before a parcel exists: the date of another service level, which the model knows,
   * applies here too.
   */
  | { readonly code: 'kept_in_order'; readonly service_level: string }
  /** Only weekends are known at the destination, no holidays. */
  | { readonly code: 'holidays_unknown' }
  | { readonly code: 'zone_unknown' };

export type ReasonCode = Reason['code'];

type Settings = PredictionPolicy['confidence'];

/** A narrow window, many comparable parcels and no drift give 1; each shortfall reduces it. */
export function modelConfidence(
  settings: Settings,
  of: { readonly widthDays: number; readonly support: number; readonly drift: number },
): number {
  const width = lessWith(of.widthDays, settings.half_width_days);
  const drift = lessWith(Math.abs(of.drift), settings.half_drift);
  const support = 1 - lessWith(atLeastZero(of.support), settings.half_support);
  return rounded(width * drift * support);
}

/** The prior confidence, replaced by the record as dates come due. */
export function recordConfidence(
  settings: Settings,
  source: 'carrier' | 'rule',
  record: PunctualityRecord | null,
): number {
  const due = record === null ? 0 : atLeastZero(record.due);
  const kept = record === null ? 0 : Math.min(atLeastZero(record.onTime), due);
  const weight = settings.record;
  return rounded((settings[source] * weight + kept) / (weight + due));
}

export function rounded(confidence: number): number {
  return Math.round(Math.min(Math.max(confidence, 0), 1) * 1_000) / 1_000;
}

/** Returns 1 for zero, 0.5 for `half`, and less towards 0 for more; 0 for NaN and infinity. */
function lessWith(value: number, half: number): number {
  return Number.isFinite(value) ? half / (half + Math.max(value, 0)) : 0;
}

function atLeastZero(value: number): number {
  return Number.isFinite(value) ? Math.max(value, 0) : 0;
}

/** The prediction of one source. */
export interface Draft {
  readonly date: LocalDate;
  readonly from: string | null;
  readonly to: string | null;
  readonly confidence: number;
  readonly late: boolean;
  readonly reasons: readonly Reason[];
}

/** More days than the longest holiday and the weekends around it. */
const CLOSED_DAYS_MAX = 60;

/**
 * Why the date became `to` instead of `from`: the first holiday between them, or else the first
 * weekend.
 */
export function closureReasons(calendar: PlaceCalendar, from: LocalDate, to: LocalDate): Reason[] {
  let weekend: LocalDate | null = null;
  for (let ahead = 0; ahead < CLOSED_DAYS_MAX; ahead += 1) {
    const date = addDays(from, ahead);
    if (date >= to) break;
    const closure = calendar.isDeliveryDay(date) ? null : calendar.closure(date);
    if (closure?.why === 'holiday') return [{ code: 'holiday', date, name: closure.name }];
    if (closure !== null) weekend ??= date;
  }
  return weekend === null ? [] : [{ code: 'weekend', date: weekend }];
}

export function laterDate(a: LocalDate, b: LocalDate): LocalDate {
  return a > b ? a : b;
}

export interface Today {
  /** The first day that has not passed. Earlier days are over, wherever the parcel goes. */
  readonly passedBefore: LocalDate;
  /** The first delivery day that a prediction may name. */
  readonly first: LocalDate;
  /** It would have been earlier, but deliveries are over for today. */
  readonly isOver: boolean;
  /** Local time at the destination; null: unknown zone. */
  readonly wallClock: string | null;
}

/** Zones with the latest and the earliest date on Earth (the signs are POSIX's). */
const EASTERNMOST = 'Etc/GMT-14';
const WESTERNMOST = 'Etc/GMT+12';

/**
 * With an unknown zone, a day that may not be over does not count as past, and one that may be
 * over is not named.
 */
export function todayOf({ nowMs, zone, calendar }: Situation): Today {
  if (zone === null) {
    const { date: passedBefore } = localTimeAt(nowMs, WESTERNMOST);
    const first = calendar.nextDeliveryDay(localTimeAt(nowMs, EASTERNMOST).date);
    return { passedBefore, first, isOver: false, wallClock: null };
  }
  const { date, minutes } = localTimeAt(nowMs, zone);
  const isLate = minutes >= calendar.lastDeliveryMinutes;
  const clock = new Date(minutes * 60_000).toISOString().slice(11, 16);
  return {
    passedBefore: date,
    first: calendar.nextDeliveryDay(isLate ? addDays(date, 1) : date),
    isOver: isLate && calendar.isDeliveryDay(date),
    wallClock: `${date}T${clock}`,
  };
}
