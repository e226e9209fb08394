import type { EstimateTimes } from '../../../../../events/shipment-view.ts';
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
  readonly saidBy: string | null;
  /** Why the day changed, in a sentence; null: it never changed, or no reason is known. */
  readonly why: string | null;
}

/** The westernmost time zone; used when nobody states the zone of an estimate. */
const WESTERNMOST_OFFSET_MIN = -12 * 60;
const MINUTE_MS = 60_000;

/**
 * The (last) day of the estimate has passed and the parcel has not arrived: by the zone of the
 * estimate, else that of the newest event that states one.
 */
export function isOverdueAt(
  { estimated_delivery: estimate, events }: PublicTrack,
  nowMs: number,
): boolean {
  if (estimate === null) return false;
  const { date, to_local: to, time_zone: zone } = estimate;
  const last = to !== null && dateOf(to) > date ? dateOf(to) : date;
  const there = zone === null ? null : wallClockAt(new Date(nowMs).toISOString(), zone);
  if (there !== null) return last < dateOf(there);
  const offsetMin = parseOffset(zone ?? '') ?? newestOffset(events);
  const today = nowMs + (offsetMin ?? WESTERNMOST_OFFSET_MIN) * MINUTE_MS;
  return last < dateOf(new Date(today).toISOString());
}

function newestOffset(events: PublicTrack['events']): number | null {
  for (const { occurred_at: at, occurred_local: local } of events) {
    const offsetMin = offsetOf(at, local);
    if (offsetMin !== null) return offsetMin;
  }
  return null;
}

/**
 * Null when there is no estimate, and for parcels that will not arrive.
 *
 * @param isOverdue `isOverdueAt`: the day has passed, and is shown as the former estimate.
 */
export function arrivalOf(
  track: PublicTrack,
  carrierName: string,
  { page: texts, status, prediction }: Language,
  formats: WallClockFormats,
  isOverdue: boolean,
): Arrival | null {
  if (track.status === 'delivered') return delivered(track, texts, formats);
  const estimate = track.estimated_delivery;
  if (!mayArrive(track.status, track.sub_status)) return null;
  if (estimate === null || isOverdue)
    return overdue(estimate ?? track.previous_estimate, texts, formats);
  const day = formats.dayAhead(estimate.date);
  if (day === null) return null;
  return {
    label: texts.arrival.expected,
    day,
    datetime: estimate.date,
    detail: withStops(windowOf(estimate, texts, formats), estimate, texts),
    before: beforeOf(track, texts, formats),
    saidBy: saidBy(estimate.source, carrierName, texts),
    why: storedWhyInWords(
      track.moved,
      prediction,
      { day: formats.dayAhead, time: formats.time },
      (reason) => ownText(status.reasons, reason),
    ),
  };
}

/** The former estimate of a parcel that has not arrived and has no new one. */
function overdue(
  was: { readonly date: string } | undefined,
  { arrival }: PageTexts,
  formats: WallClockFormats,
): Arrival | null {
  const day = was === undefined ? null : formats.dayAhead(was.date);
  if (was === undefined || day === null) return null;
  const { was_expected: label, no_new_date: detail } = arrival;
  return { label, day, datetime: was.date, detail, before: null, saidBy: null, why: null };
}

/**
 * `between 2:10 PM and 2:25 PM, 3 stops before you`; in the last minutes, that the courier is
 * almost there.
 */
function withStops(
  window: string | null,
  {
    arriving,
    stops_before: stopsBefore,
  }: Pick<NonNullable<PublicTrack['estimated_delivery']>, 'arriving' | 'stops_before'>,
  { arrival }: PageTexts,
): string | null {
  if (arriving) return window === null ? arrival.arriving : `${window}, ${arrival.arriving}`;
  if (window === null || stopsBefore === undefined) return window;
  if (stopsBefore === 0) return `${window}, ${arrival.next_stop}`;
  if (stopsBefore === 1) return `${window}, ${arrival.one_stop_before}`;
  return `${window}, ${arrival.stops_before({ count: String(stopsBefore) })}`;
}

function saidBy(
  source: NonNullable<PublicTrack['estimated_delivery']>['source'],
  carrier: string,
  { arrival }: PageTexts,
): string {
  if (source === 'carrier') return arrival.by_carrier({ carrier });
  return source === 'model' ? arrival.by_model : arrival.by_rule;
}

function delivered(
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
    saidBy: null,
    why: null,
  };
}

function beforeOf(
  { previous_estimate: previous, estimated_delivery: estimate }: PublicTrack,
  { arrival }: PageTexts,
  formats: WallClockFormats,
): Arrival['before'] {
  const date = previous === undefined ? null : formats.dayAhead(previous.date);
  if (previous === undefined || date === null) return null;
  const isLate = estimate !== null && estimate.date > previous.date;
  return { label: arrival.before({ date }), datetime: previous.date, isLate };
}

function windowOf(
  { date, from_local: from, to_local: to }: EstimateTimes,
  { arrival }: PageTexts,
  formats: WallClockFormats,
): string | null {
  const firstDay = from === null ? null : formats.dayAhead(dateOf(from));
  const lastDay = to === null ? null : formats.dayAhead(dateOf(to));
  const isRange = from !== null && to !== null && dateOf(from) < date && dateOf(to) >= date;
  if (isRange && firstDay !== null && lastDay !== null) {
    return arrival.between_days({ from: firstDay, to: lastDay });
  }
  // A window that ends on another day is shown as a range of days; its hours would only confuse.
  if (to !== null && dateOf(to) > date && lastDay !== null) {
    return arrival.until({ to: lastDay });
  }
  const begin = clockOf(from, date, formats);
  const end = clockOf(to, date, formats);
  if (begin !== null && end !== null && begin !== end) {
    return arrival.between({ from: begin, to: end });
  }
  if (end !== null) return arrival.by({ to: end });
  return begin === null ? null : arrival.after({ from: begin });
}

function clockOf(local: string | null, date: string, formats: WallClockFormats): string | null {
  if (local === null || dateOf(local) !== date) return null;
  const wall = withoutOffset(local);
  // Carriers send midnight to midnight, or to 23:59, for "that day".
  if (/T(?:00:00|23:59)/.test(wall)) return null;
  return formats.time(wall);
}
