import type { LocalDate } from '../calendar/local-date.ts';
import type { PlaceCalendar } from '../calendar/place-calendar.ts';
import type { Service } from '../policy/service-terms.ts';
import type { Quantile } from './arrival-curve.ts';

/** Who says it, best first. */
export type Source = 'model' | 'carrier' | 'rule' | 'none';

/** How many dates came due, and how many of them were kept. */
export interface PunctualityRecord {
  readonly due: number;
  readonly onTime: number;
}

export interface ModelCandidate {
  readonly source: 'model';
  readonly quantiles: readonly Quantile[];
  /** From when they count: the hand-over, or when they were worked out. */
  readonly startMs: number;
  /** Completed parcels like it that the model has seen. */
  readonly support: number;
  /** How far the share that its windows held of late is from the one they promise: 0.1 for 70 of 80 %. */
  readonly drift: number;
  /**
   * The share that a window of whole days has to miss by the quantiles to miss a fifth in truth; absent:
   * the quantiles are such that the window's ends can be read from them.
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
  /** The day from which days are counted. Of a hand-over, see `handOverDay`. */
  readonly date: LocalDate;
  /** It happened in another country than that of the destination. */
  readonly isAbroad: boolean;
  readonly record: PunctualityRecord | null;
}

export type Candidate = ModelCandidate | CarrierCandidate | RuleCandidate;

/** All that a parcel's date is chosen from. */
export interface Situation {
  readonly candidates: readonly Candidate[];
  readonly nowMs: number;
  /** IANA zone of the destination; null: not known. */
  readonly zone: string | null;
  /** Of the destination, for this service. */
  readonly calendar: PlaceCalendar;
  readonly service: Service;
  /** The day the recipient was promised first; null: none. */
  readonly promised: LocalDate | null;
}

export interface Prediction {
  /** Days at the destination; null only where the source is `none`. */
  readonly date: LocalDate | null;
  /** The window around it: days, or wall clocks at the destination. */
  readonly from: string | null;
  readonly to: string | null;
  readonly source: Source;
  /** From 0 to 1. */
  readonly confidence: number;
  /** It should have come already. */
  readonly late: boolean;
  /** Of a courier whose round is known; absent: many, or nobody knows. */
  readonly stopsBefore?: number;
  /** The courier is minutes away. */
  readonly arriving?: true;
  /** Why this source and this day, in the order in which it was decided. */
  readonly reasons: readonly Reason[];
}

/** The codes are stable: programs may rely on them. */
export type Reason =
  | { readonly code: 'model_chosen' }
  | { readonly code: 'model_absent' }
  /** Its figures cannot be used: too few, not finite, or beyond a year. */
  | { readonly code: 'model_unusable' }
  | { readonly code: 'model_unsure'; readonly confidence: number; readonly needed: number }
  | { readonly code: 'carrier_chosen' }
  | { readonly code: 'carrier_absent' }
  /** It is no date, or one more than a year ahead. */
  | { readonly code: 'carrier_unusable' }
  | { readonly code: 'carrier_passed'; readonly date: LocalDate }
  /** The day stands, the hours that the carrier named are over. */
  | { readonly code: 'carrier_hours_passed' }
  | {
      readonly code: 'rule_chosen';
      readonly after: RuleCandidate['after'] | 'carrier_date';
      readonly days: number;
    }
  | { readonly code: 'rule_absent' }
  | { readonly code: 'rule_passed'; readonly date: LocalDate }
  | { readonly code: 'promise_passed'; readonly date: LocalDate }
  /** Most parcels like it had come by now. */
  | { readonly code: 'slower_than_usual' }
  /** The day would have been one on which nothing comes. */
  | { readonly code: 'weekend'; readonly date: LocalDate }
  | { readonly code: 'holiday'; readonly date: LocalDate; readonly name: string | null }
  /** It is too late for anything to come today. */
  | { readonly code: 'day_over' }
  /** It is on the vehicle: hours by the profile of such deliveries, or by where the vehicle is. */
  | {
      readonly code: 'out_for_delivery';
      readonly by: 'lane' | 'region' | 'country' | 'all' | 'position';
    }
  /** It was loaded on a day that is over, and has not come. */
  | { readonly code: 'still_out'; readonly date: LocalDate }
  /** Of dates before there is a parcel: that of another service level, which the model knows, counts here too. */
  | { readonly code: 'kept_in_order'; readonly service_level: string }
  /** Holidays at the destination are not known, only weekends. */
  | { readonly code: 'holidays_unknown' }
  | { readonly code: 'zone_unknown' };

export type ReasonCode = Reason['code'];
