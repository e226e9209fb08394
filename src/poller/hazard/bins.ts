import type { Status } from '../../kernel/status.ts';

/**
 * How time is divided into bins for learning: hours since the last fact, local half hour, local
 * weekday, days from the estimated delivery date. Bins are fine where parcels move by the clock (a
 * delivery is hours after the van left), coarse where they wait.
 */

/** The lower edges of the age bins in hours; the last bin has no upper edge. */
export const AGE_EDGES_H: readonly number[] = [
  0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32, 36, 42,
  48, 60, 72, 96, 120, 168,
];
export const AGE_BINS = AGE_EDGES_H.length;
/** The half hours of the local day. */
export const CLOCK_BINS = 48;
/** The weekdays, Monday first. */
export const WEEKDAY_BINS = 7;
/**
 * The local date minus the estimated date: −5 and earlier … 4 and later; the last bin: no estimate.
 */
export const EDD_BINS = 11;
const EDD_NONE = EDD_BINS - 1;
const EDD_FIRST = -5;
const EDD_LAST = 4;

/** The bin of each quarter hour of age, so that finding one takes one step. */
const QUARTERS_MAX = 4 * 168;
const BIN_OF_QUARTER = Uint8Array.from({ length: QUARTERS_MAX + 1 }, (_, quarter) => {
  let bin = 0;
  while (bin + 1 < AGE_BINS && (AGE_EDGES_H[bin + 1] ?? 0) <= quarter / 4) bin += 1;
  return bin;
});

export function ageBin(hours: number): number {
  if (hours <= 0) return 0;
  return BIN_OF_QUARTER[Math.min(QUARTERS_MAX, Math.floor(hours * 4))] ?? AGE_BINS - 1;
}

/** Returns the bin of the estimated delivery date. Both arguments are days since 1970-01-01. */
export function eddBin(localDay: number, eddDay: number | null): number {
  if (eddDay === null) return EDD_NONE;
  return Math.min(EDD_LAST, Math.max(EDD_FIRST, localDay - eddDay)) - EDD_FIRST;
}

/** Returns the weekday of a day since 1970-01-01, 0 for Monday (1970-01-01 was a Thursday). */
export function weekdayOf(localDay: number): number {
  return (((localDay + 3) % 7) + 7) % 7;
}

/** The known history of one parcel, for learning and for simulation. */
export interface ParcelHistory {
  readonly trackingNumber: string;
  readonly carrier: string;
  readonly service: string | null;
  readonly timeZone: string | null;
  readonly createdAtMs: number;
  /** A local date at the destination. */
  readonly edd: { readonly date: string } | null;
  /**
   * The last poll or push, since the time after it was not observed; absent: observed all the time.
   */
  readonly watchedUntilMs?: number;
  /** In order of time. Several facts with one status are several updates. */
  readonly facts: readonly HistoryFact[];
}

export interface HistoryFact {
  /** The time at which it happened, according to the carrier. */
  readonly atMs: number;
  readonly status: Status;
}
