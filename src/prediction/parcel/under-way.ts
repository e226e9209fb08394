import type { ReadStatus, Status } from '../../kernel/status.ts';
import type { LocalDate } from '../calendar/local-date.ts';
import type { MovedWhy } from '../calendar/moved-words.ts';
import type { Place } from '../calendar/place-calendar.ts';
import type { Source } from '../chain/prediction.ts';
import type { Moment } from '../sample/moment.ts';
import type { Parcel } from '../sample/parcel.ts';
import type { WarningState } from '../warning/decide.ts';

/** A scan en route. */
export interface Stop {
  readonly at: Moment;
  readonly status: ReadStatus;
  /** ISO 3166-1 alpha-2; null: unknown. */
  readonly country: string | null;
}

/** Everything that one parcel's date is computed from, except the time. */
export interface ParcelUnderWay {
  readonly status: Status;
  /** The shipment's `sub_status`. */
  readonly reason: string | null;
  readonly isExpired: boolean;
  readonly carrier: string;
  readonly serviceLevel: string | null;
  /** Null until the carrier has it. */
  readonly way: {
    readonly parcel: Omit<Parcel, 'deliveredAt'>;
    /** The scan that shows that the carrier has it, and the newest since. */
    readonly handOver: Stop;
    readonly newest: Stop;
  } | null;
  /** As reported by the carrier. */
  readonly estimate: CarrierEstimate | null;
  /** The first date promised to the recipient. */
  readonly promised: LocalDate | null;
  readonly destination: Place;
  readonly origin: Place;
  /** IANA zones; null: not known. */
  readonly zone: string | null;
  readonly originZone: string | null;
  readonly before: Before;
}

export interface CarrierEstimate {
  readonly date: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** The estimates shown and announced so far. */
export interface Before {
  /** The date currently shown. */
  readonly date: LocalDate | null;
  /** The source of that date. */
  readonly source: Source | null;
  readonly moved: Moved | null;
  readonly warning: WarningState;
}

export interface Moved {
  /** The last date that a source named; null: before, dates were only counted. */
  readonly from: LocalDate | null;
  readonly why: MovedWhy;
}
