import { formatOffset, wallClockMs } from '../kernel/time/place-time.ts';
import { placeTimeFromIso, placeTimeInZone, wallClockAt } from '../kernel/time/zoned-time.ts';
import type { EstimateTimes, EstimateView } from './shipment-view.ts';

/**
 * A date as a carrier or the hub gives it: a day, and perhaps a window of days, local times or
 * instants.
 */
interface CarrierDate {
  readonly date: string;
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * An estimate with its source, its certainty from 0 to 1 (null: carriers state none), and whether
 * it is late.
 */
export interface CarrierEstimate extends CarrierDate {
  readonly source: EstimateView['source'];
  readonly confidence: number | null;
  readonly late?: true;
  /**
   * How many stops its courier makes before it; absent if there are many or the number is unknown.
   */
  readonly stopsBefore?: number;
  /** Set while its courier is minutes away. */
  readonly arriving?: true;
}

/**
 * Returns an estimate as in the API. Pure.
 *
 * @param zone IANA zone of the destination; null if it is not known.
 */
export function estimateJson(
  { source, confidence, late, stopsBefore, arriving, ...estimate }: CarrierEstimate,
  zone: string | null,
): EstimateView {
  return {
    ...estimateTimes(estimate, zone),
    source,
    confidence,
    ...(late ? { late } : {}),
    ...(stopsBefore === undefined ? {} : { stops_before: stopsBefore }),
    ...(arriving ? { arriving } : {}),
  };
}

/**
 * Returns an estimate with the planned window of own couriers, unless it has a time already. Pure.
 *
 * @param zone IANA zone of the destination; null if it is not known.
 */
export function withWindow(
  estimate: EstimateView | null,
  window: { readonly fromMs: number; readonly toMs: number } | null,
  zone: string | null,
): EstimateView | null {
  if (window === null || zone === null || estimate?.precision === 'time') return estimate;
  const from = new Date(window.fromMs).toISOString();
  const to = new Date(window.toMs).toISOString();
  const date = wallClockAt(to, zone)?.slice(0, 10);
  if (date === undefined) return estimate;
  return estimateJson({ date, from, to, source: 'model', confidence: null }, zone);
}

/**
 * Converts a carrier's date to the form of the API. Carriers send days, local times and instants,
 * some of them mixed in one window; this returns instants for all whose zone is known. A window
 * that contradicts itself or its day is left out. Pure.
 *
 * @param zone IANA zone of the destination; null if it is not known.
 */
export function estimateTimes(carrierDate: CarrierDate, zone: string | null): EstimateTimes {
  const begin = parseEnd(carrierDate.from);
  const end = parseEnd(carrierDate.to);
  const offsetMin = end?.offsetMin ?? begin?.offsetMin ?? null;
  const offsetClock: Clock | null = offsetMin === null ? null : { kind: 'offset', offsetMin };
  const placeClock: Clock | null = zone === null ? null : { kind: 'zone', zone };
  // If a carrier writes another place's offset, the hours may be on another day at the destination.
  const clocks = [placeClock, offsetClock].flatMap((clock) => clock ?? []);
  if (begin?.time || end?.time) {
    for (const clock of clocks.length > 0 ? clocks : [null]) {
      const hours = windowOfHours(clock, carrierDate.date, begin, end);
      if (hours !== null)
        return { date: carrierDate.date, ...hours, precision: 'time', ...zoneMembers(clock) };
    }
    return wholeDays(carrierDate.date, carrierDate.date, carrierDate.date, clocks[0] ?? null);
  }
  const isWindow =
    (begin?.day ?? carrierDate.date) <= carrierDate.date &&
    (end?.day ?? carrierDate.date) >= carrierDate.date;
  const first = isWindow ? begin?.day : undefined;
  const last = isWindow ? end?.day : undefined;
  return wholeDays(
    carrierDate.date,
    first ?? carrierDate.date,
    last ?? carrierDate.date,
    clocks[0] ?? null,
  );
}

/** What converts a local time to an instant: a zone, or an offset from UTC. */
type Clock =
  | { readonly kind: 'zone'; readonly zone: string }
  | { readonly kind: 'offset'; readonly offsetMin: number };

/** An end of a window as it was received. */
interface End {
  readonly day: string;
  /**
   * Local time, such as `09:30:00`; null for a day alone, or for midnight, by which carriers mean
   * the day.
   */
  readonly time: string | null;
  readonly offsetMin: number | null;
}

function parseEnd(text: string | null): End | null {
  const parsed = text === null ? null : placeTimeFromIso(text);
  if (parsed === null || parsed.local === null) return null;
  const [day = '', time = ''] = parsed.local.split('T');
  const isDay = time === '' || time.startsWith('00:00') || time.startsWith('23:59');
  return { day, time: isDay ? null : time.padEnd(8, ':00'), offsetMin: parsed.offsetMin };
}

type Ends = Pick<EstimateTimes, 'from' | 'to' | 'from_local' | 'to_local'>;

/** Returns the ends of a window of hours; null if they contradict one another, or the day. */
function windowOfHours(
  clock: Clock | null,
  date: string,
  begin: End | null,
  end: End | null,
): Ends | null {
  // An end without an hour says something only if it is on another day than `date`.
  const from = placeEnd(begin, date === begin?.day ? null : DAY_BEGINS, clock);
  const to = placeEnd(end, date === end?.day ? null : DAY_ENDS, clock);
  // A clock that moves an end to another day than reported would also move the day of delivery.
  if (from !== null && (begin?.day !== dayOf(from) || dayOf(from) > date)) return null;
  if (to !== null && (end?.day !== dayOf(to) || dayOf(to) < date)) return null;
  if (from !== null && to !== null && isAfter(from, to)) return null;
  return {
    from: from?.instant ?? null,
    to: to?.instant ?? null,
    from_local: from?.local ?? null,
    to_local: to?.local ?? null,
  };
}

const DAY_CHARS = 10;
const DAY_BEGINS = '00:00:00';
const DAY_ENDS = '23:59:59';

interface PlacedEnd {
  readonly local: string;
  readonly instant: string | null;
}

/**
 * Returns an end as local time and instant; null if it is open. `defaultTime` applies to an end
 * without a time, which is null if that is null, too.
 */
function placeEnd(
  end: End | null,
  defaultTime: string | null,
  clock: Clock | null,
): PlacedEnd | null {
  const time = end?.time ?? defaultTime;
  if (end === null || time === null) return null;
  const local = `${end.day}T${time}`;
  if (clock === null) return { local, instant: null };
  if (end.offsetMin === null) return { local, instant: instantBy(clock, local) };
  const instant = instantBy({ kind: 'offset', offsetMin: end.offsetMin }, local);
  return { local: instant === null ? local : localBy(clock, instant), instant };
}

function dayOf({ local }: PlacedEnd): string {
  return local.slice(0, DAY_CHARS);
}

function isAfter(a: PlacedEnd, b: PlacedEnd): boolean {
  if (a.instant !== null && b.instant !== null) return a.instant > b.instant;
  return a.local > b.local;
}

/** Returns the estimate for whole days, from `first` to `last`. */
function wholeDays(date: string, first: string, last: string, clock: Clock | null): EstimateTimes {
  return {
    date,
    from: clock && instantBy(clock, `${first}T${DAY_BEGINS}`),
    to: clock && instantBy(clock, `${last}T${DAY_ENDS}`),
    from_local: first,
    to_local: last,
    precision: 'day',
    ...zoneMembers(clock),
  };
}

const MINUTE_MS = 60_000;

function instantBy(clock: Clock, local: string): string | null {
  const wallMs = wallClockMs(local);
  const offsetMin =
    clock.kind === 'offset'
      ? clock.offsetMin
      : placeTimeInZone(local, 'second', clock.zone, 'postal_code').offsetMin;
  if (wallMs === null || offsetMin === null) return null;
  return new Date(wallMs - offsetMin * MINUTE_MS).toISOString();
}

function localBy(clock: Clock, instant: string): string {
  if (clock.kind === 'zone') return wallClockAt(instant, clock.zone) ?? instant.slice(0, 19);
  return new Date(Date.parse(instant) + clock.offsetMin * MINUTE_MS).toISOString().slice(0, 19);
}

function zoneMembers(clock: Clock | null): Pick<EstimateTimes, 'time_zone' | 'zone_source'> {
  if (clock === null) return { time_zone: null, zone_source: 'none' };
  if (clock.kind === 'zone') return { time_zone: clock.zone, zone_source: 'postal_code' };
  return { time_zone: formatOffset(clock.offsetMin), zone_source: 'offset' };
}

/** Returns the day and local times of a logged estimate. Total. */
export function estimateLocals(estimate: unknown): {
  readonly date: string | null;
  readonly from: string | null;
  readonly to: string | null;
} {
  const { date, from_local: from, to_local: to } = isRecord(estimate) ? estimate : {};
  return { date: textOf(date), from: textOf(from), to: textOf(to) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
