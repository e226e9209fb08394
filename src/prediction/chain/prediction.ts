import type { LocalDate } from '../calendar/local-date.ts';
import type { PlaceCalendar } from '../calendar/place-calendar.ts';
import type { Service } from '../policy/service-terms.ts';
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
  /** The origin of the quantiles: the hand-over, or when they were computed. */
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
  /** The day from which days are counted. For a hand-over, see `handOverDay`. */
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
  /**
   * It is on the vehicle: hours from the profile of such deliveries, or from the vehicle's place.
   */
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
