import type { EstimateTimes, EstimateView } from '../../../../../events/shipment-view.ts';
import { mayArrive } from '../../../../../kernel/status.ts';
import { parseOffset } from '../../../../../kernel/time/place-time.ts';
import { wallClockAt } from '../../../../../kernel/time/zoned-time.ts';
import { ownText } from '../../../../../normalization/index.ts';
import { storedWhyInWords } from '../../../../../prediction/index.ts';
import type { PublicTrack } from '../../../../../tracking/ports/public-tracks.ts';
import type { Language, PageTexts } from '../texts.ts';
import {
  dateOf,
  machineTime,
  offsetOf,
  type WallClockFormats,
  withoutOffset,
} from './wall-clock.ts';

/** When the parcel is expected, or when it arrived. */
export interface Arrival {
  readonly label: string;
  readonly day: string;
  readonly datetime: string;
  /** `between 1:15 PM and 3:15 PM`, `2:12 PM`; null when no time is known. */
  readonly detail: string | null;
  /** `Previously Thursday, November 19`; null when the day never moved. */
  readonly before: {
    readonly label: string;
    readonly datetime: string;
    /** True when the day moved later; an earlier day needs no warning. */
    readonly isLate: boolean;
  } | null;
  /** Source of the estimate; null for an arrival that has happened. */
  readonly source: string | null;
  /** Why the day changed, in a sentence; null: it never changed, or no reason is known. */
  readonly why: string | null;
}

/** How an estimate relates to the clock at the destination. Pages read no clock themselves. */
export interface Due {
  /** `past`: the (last) day of the estimate is over, and the parcel has not arrived. */
  readonly day: 'ahead' | 'today' | 'past';
  /** Today at the destination, `2026-11-19`. */
  readonly today: string;
  /**
   * `21:00`: the parcel is out for delivery without hours of its own, and nothing is delivered
   * after this time. Null: there are such hours, or it is later.
   */
  readonly before: string | null;
}

export const NOT_DUE: Due = { day: 'ahead', today: '', before: null };

/** The westernmost time zone; used when nobody states the zone of an estimate. */
const WESTERNMOST_OFFSET_MIN = -12 * 60;
const MINUTE_MS = 60_000;

/**
 * Compares the estimate with the clock in its zone, else with that of the newest event that states
 * one. A parcel that was loaded today is due today, whatever day was estimated before.
 *
 * @param lastDelivery `21:00`, after which its carrier delivers nothing.
 */
export function dueAt(track: PublicTrack, nowMs: number, lastDelivery: string | null): Due {
  const { status, estimated_delivery: estimate, events } = track;
  const zone = estimate?.time_zone ?? null;
  const inZone = zone === null ? null : wallClockAt(nowMs, zone);
  const offsetMin = parseOffset(zone ?? '') ?? newestOffset(events);
  const atOffset = nowMs + (offsetMin ?? WESTERNMOST_OFFSET_MIN) * MINUTE_MS;
  const now = inZone ?? new Date(atOffset).toISOString();
  const today = dateOf(now);
  const clock = now.slice(11, 16);
  const isPast = estimate !== null && lastDayOf(estimate) < today;
  const isOut = status === 'out_for_delivery' && (inZone !== null || offsetMin !== null);
  const loaded = isOut ? events.find((event) => event.status === status) : undefined;
  const isLoadedToday = dateOf(loaded?.occurred_local ?? '') === today;
  const isToday = estimate === null || isPast ? isLoadedToday : estimate.date === today;
  if (!isToday) return { day: isPast ? 'past' : 'ahead', today, before: null };
  const ends = estimate?.precision === 'time' ? (estimate.to_local ?? now) : '';
  const isOpen = lastDelivery !== null && clock < lastDelivery && ends < now;
  return { day: 'today', today, before: isOut && isOpen ? lastDelivery : null };
}

function lastDayOf({ date, to_local: to }: EstimateTimes): string {
  return to !== null && dateOf(to) > date ? dateOf(to) : date;
}

function newestOffset(events: PublicTrack['events']): number | null {
  for (const { occurred_at: at, occurred_local: local } of events) {
    const offsetMin = offsetOf(at, local);
    if (offsetMin !== null) return offsetMin;
  }
  return null;
}

/**
 * Returns when the parcel arrived or is expected. Null if there is no estimate, and for parcels
 * that will not arrive.
 *
 * @param due `dueAt`: a day that has passed is shown as the former estimate.
 */
export function arrivalOf(
  track: PublicTrack,
  carrierName: string,
  { page: texts, status, prediction }: Language,
  formats: WallClockFormats,
  due: Due,
): Arrival | null {
  if (track.status === 'delivered') return deliveredArrival(track, texts, formats);
  const estimate = track.estimated_delivery;
  if (!mayArrive(track.status, track.sub_status)) return null;
  if (due.day !== 'today' && (estimate === null || due.day === 'past'))
    return overdueArrival(estimate ?? track.previous_estimate, texts, formats);
  // A parcel that was loaded today comes today, even if its estimate has passed.
  const current = estimate !== null && lastDayOf(estimate) < due.today ? null : estimate;
  const when = expectedTime(current, due, texts, formats);
  if (when === null) return null;
  return {
    label: texts.arrival.expected,
    ...when,
    before: previousDay(track, texts, formats),
    source: current && sourceText(current.source, carrierName, texts),
    why: storedWhyInWords(
      track.moved,
      prediction,
      { day: formats.weekdayAndDate, time: formats.time },
      (reason) => ownText(status.reasons, reason),
    ),
  };
}

/** `Friday, November 20` with its hours as detail; `today, before 9 PM`. */
function expectedTime(
  estimate: PublicTrack['estimated_delivery'],
  { day: dueDay, today, before }: Due,
  texts: PageTexts,
  formats: WallClockFormats,
): Pick<Arrival, 'day' | 'datetime' | 'detail'> | null {
  const stops = estimate === null ? null : stopsText(estimate, texts);
  if (before !== null) {
    const window = texts.arrival.by({
      to: withoutZeroMinutes(formats.time(`2000-01-01T${before}`)),
    });
    return { day: `${formats.today}, ${window}`, datetime: today, detail: stops };
  }
  if (estimate === null) return { day: formats.today, datetime: today, detail: null };
  const { date } = estimate;
  const range = dayRangeText(estimate, texts, formats);
  const window = range ?? hoursText(estimate, texts, formats);
  const isToday = dueDay === 'today';
  if (isToday && range === null && window !== null)
    return { day: `${formats.today}, ${window}`, datetime: date, detail: stops };
  const day = isToday ? formats.today : formats.weekdayAndDate(date);
  if (day === null) return null;
  const detail = [window, stops].filter((part) => part !== null).join(', ');
  return { day, datetime: date, detail: detail || null };
}

/** Shortens `9:00 PM` to `9 PM`; `9:30 PM` and 24-hour times are unchanged. */
function withoutZeroMinutes(time: string | null): string {
  return (time ?? '').replace(/:00(?=\s)/, '');
}

/**
 * What the page shows when the estimated day has passed: the day it was expected, and that no new
 * date is known.
 */
function overdueArrival(
  missed: { readonly date: string } | undefined,
  { arrival }: PageTexts,
  formats: WallClockFormats,
): Arrival | null {
  const day = missed === undefined ? null : formats.weekdayAndDate(missed.date);
  if (missed === undefined || day === null) return null;
  const { was_expected: label, no_new_date: detail } = arrival;
  return { label, day, datetime: missed.date, detail, before: null, source: null, why: null };
}

/**
 * Returns text such as `3 stops before you`, or that the courier is almost there; null if neither is
 * known.
 */
function stopsText(
  { arriving, stops_before: stopsBefore }: EstimateView,
  { arrival }: PageTexts,
): string | null {
  if (arriving) return arrival.arriving;
  if (stopsBefore === undefined) return null;
  if (stopsBefore === 0) return arrival.next_stop;
  if (stopsBefore === 1) return arrival.one_stop_before;
  return arrival.stops_before({ count: String(stopsBefore) });
}

function sourceText(
  source: NonNullable<PublicTrack['estimated_delivery']>['source'],
  carrier: string,
  { arrival }: PageTexts,
): string {
  if (source === 'carrier') return arrival.by_carrier({ carrier });
  return source === 'model' ? arrival.by_model : arrival.by_rule;
}

function deliveredArrival(
  track: PublicTrack,
  texts: PageTexts,
  formats: WallClockFormats,
): Arrival | null {
  const event = track.events.find(({ status }) => status === 'delivered');
  const local = event?.occurred_local;
  if (event === undefined || local === null || local === undefined) return null;
  const day = formats.day(dateOf(local));
  if (day === null) return null;
  return {
    label: texts.arrival.delivered,
    day,
    datetime: machineTime(local, offsetOf(event.occurred_at, local)),
    detail: formats.time(local),
    before: null,
    source: null,
    why: null,
  };
}

function previousDay(
  { previous_estimate: previous, estimated_delivery: estimate }: PublicTrack,
  { arrival }: PageTexts,
  formats: WallClockFormats,
): Arrival['before'] {
  const date = previous === undefined ? null : formats.weekdayAndDate(previous.date);
  if (previous === undefined || date === null) return null;
  const isLate = estimate !== null && estimate.date > previous.date;
  return { label: arrival.before({ date }), datetime: previous.date, isLate };
}

/** Returns a window of several days, without its hours; null if the window is on one day. */
function dayRangeText(
  { date, from_local: from, to_local: to }: EstimateTimes,
  { arrival }: PageTexts,
  formats: WallClockFormats,
): string | null {
  const firstDay = from === null ? null : formats.weekdayAndDate(dateOf(from));
  const lastDay = to === null ? null : formats.weekdayAndDate(dateOf(to));
  const isRange = from !== null && to !== null && dateOf(from) < date && dateOf(to) >= date;
  if (isRange && firstDay !== null && lastDay !== null) {
    return arrival.between_days({ from: firstDay, to: lastDay });
  }
  if (to !== null && dateOf(to) > date && lastDay !== null) {
    return arrival.until({ to: lastDay });
  }
  return null;
}

function hoursText(
  { date, from_local: from, to_local: to }: EstimateTimes,
  { arrival }: PageTexts,
  formats: WallClockFormats,
): string | null {
  const begin = timeText(from, date, formats);
  const end = timeText(to, date, formats);
  if (begin !== null && end !== null && begin !== end) {
    return arrival.between({ from: begin, to: end });
  }
  if (end !== null) return arrival.by({ to: withoutZeroMinutes(end) });
  return begin === null ? null : arrival.after({ from: begin });
}

/** Returns the time of an end on that day; null on another day, or if it stands for the whole day. */
function timeText(local: string | null, date: string, formats: WallClockFormats): string | null {
  if (local === null || dateOf(local) !== date) return null;
  const wall = withoutOffset(local);
  // Carriers send midnight to midnight, or to 23:59, for "that day".
  if (/T(?:00:00|23:59)/.test(wall)) return null;
  return formats.time(wall);
}
