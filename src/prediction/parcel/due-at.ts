import type { ReadStatus, Status } from '../../kernel/status.ts';
import { zoneNamed } from '../../kernel/time/formatters.ts';
import { offsetAt } from '../../kernel/time/zoned-time.ts';
import { addDays, isLocalDate, type LocalDate, localTimeAt } from '../calendar/local-date.ts';
import type { MovedWhy } from '../calendar/moved-words.ts';
import type { Place } from '../calendar/place-calendar.ts';
import type { Source } from '../chain/prediction.ts';
import type { Moment, Parcel } from '../sample/parcel.ts';
import type { WarningState } from '../warning/decide.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** How often a window within the day is computed again while the parcel is on the vehicle. */
const ON_THE_VEHICLE_MS = 30 * MINUTE_MS;
const NO_CLOCK_MS = 6 * HOUR_MS;
/** The delay after midnight, by which the day has changed on every clock. */
const AFTER_MIDNIGHT_MS = 1_000;

/**
 * When a date has to be predicted again without an update: when its day is over, or has no further
 * deliveries, in local time at the destination.
 *
 * @param lastDeliveryMinutes the minute of the day after which there are no deliveries.
 */
export function dueAgainMs(
  nowMs: number,
  zone: string | null,
  lastDeliveryMinutes: number,
  isOnVehicle: boolean,
): number {
  const day = zone === null ? nowMs + NO_CLOCK_MS : nextChangeMs(nowMs, zone, lastDeliveryMinutes);
  return isOnVehicle ? Math.min(day, nowMs + ON_THE_VEHICLE_MS) : day;
}

/** The last zone on Earth to begin a new day (the sign is POSIX's). */
export const WESTERNMOST = 'Etc/GMT+12';

/**
 * The instant at which a day is over in a zone; if `zone` is null, everywhere on Earth. Null:
 * `date` is not a date.
 */
export function dayOverMs(date: LocalDate, zone: string | null): number | null {
  if (!isLocalDate(date)) return null;
  const midnightMs = Date.parse(`${addDays(date, 1)}T00:00:00Z`);
  return instantAt(midnightMs + AFTER_MIDNIGHT_MS, zone ?? WESTERNMOST);
}

function nextChangeMs(nowMs: number, zone: string, lastDeliveryMinutes: number): number {
  const { date, minutes } = localTimeAt(nowMs, zone);
  const midnightMs = Date.parse(`${date}T00:00:00Z`);
  const nextWallMs =
    minutes < lastDeliveryMinutes
      ? midnightMs + lastDeliveryMinutes * MINUTE_MS
      : midnightMs + DAY_MS + AFTER_MIDNIGHT_MS;
  return Math.max(instantAt(nextWallMs, zone), nowMs + MINUTE_MS);
}

/** The local time in a zone, read as if it were UTC; an unknown zone counts as UTC. */
export function wallAt(ms: number, zone: string): number {
  const rules = zoneNamed(zone);
  return rules.isValid ? ms + offsetAt(rules, ms) * MINUTE_MS : ms;
}

/** The instant of a local time that is read as if it were UTC; null zone: UTC. */
export function instantAt(wallMs: number, zone: string | null): number {
  const rules = zoneNamed(zone ?? 'UTC');
  if (!rules.isValid) return wallMs;
  const guessMs = wallMs - offsetAt(rules, wallMs) * MINUTE_MS;
  return wallMs - offsetAt(rules, guessMs) * MINUTE_MS;
}

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
    readonly acceptance: Stop;
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

interface CarrierEstimate {
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
