import { isTerminal } from '../../../kernel/status.ts';
import type { PublicTrack } from '../../../tracking/index.ts';
import { fill, type PageTexts } from '../texts.ts';
import {
  dateOf,
  machineTime,
  offsetOf,
  type WallClockFormats,
  withoutOffset,
} from './wall-clock.ts';

/** When the parcel comes, or came. */
export interface Arrival {
  readonly label: string;
  readonly day: string;
  readonly datetime: string;
  /** `between 1:15 PM and 3:15 PM`, `2:12 PM`; null when no time is known. */
  readonly detail: string | null;
}

/** Null when nobody has said when, and for parcels that will not come. */
export function arrivalOf(
  track: PublicTrack,
  texts: PageTexts,
  formats: WallClockFormats,
): Arrival | null {
  if (track.status === 'delivered') return delivered(track, texts, formats);
  const estimate = track.estimated_delivery;
  if (estimate === null || isTerminal(track.status) || track.status === 'returning') return null;
  const day = formats.dayAhead(estimate.date);
  if (day === null) return null;
  return {
    label: texts.arrival.expected,
    day,
    datetime: estimate.date,
    detail: windowOf(estimate, texts, formats),
  };
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
  };
}

function windowOf(
  { date, from, to }: { date: string; from: string | null; to: string | null },
  { arrival }: PageTexts,
  formats: WallClockFormats,
): string | null {
  const lastDay = to === null ? null : formats.dayAhead(dateOf(to));
  // A window that ends on another day is a range of days; its hours would only confuse.
  if (to !== null && dateOf(to) > date && lastDay !== null) {
    return fill(arrival.until, { to: lastDay });
  }
  const begin = clockOf(from, date, formats);
  const end = clockOf(to, date, formats);
  if (begin !== null && end !== null && begin !== end) {
    return fill(arrival.between, { from: begin, to: end });
  }
  if (end !== null) return fill(arrival.by, { to: end });
  return begin === null ? null : fill(arrival.after, { from: begin });
}

function clockOf(local: string | null, date: string, formats: WallClockFormats): string | null {
  if (local === null || dateOf(local) !== date) return null;
  const wall = withoutOffset(local);
  // Midnight to midnight, or to 23:59, is a carrier's way of saying "that day".
  if (/T(?:00:00|23:59)/.test(wall)) return null;
  return formats.time(wall);
}
