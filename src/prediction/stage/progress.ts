import type { OpenParcel } from '../sample/parcel.ts';
import { type ParcelStop, usableStops } from '../sample/parcel-stop.ts';

/** How far a parcel has come by a moment: when it was seen last, or some days of silence later. */
export interface Progress {
  readonly newest: ParcelStop;
  /** The stop before it; null: the hand-over was. */
  readonly before: ParcelStop | null;
  readonly stops: number;
  /** Attempts to deliver it, and what else went wrong. */
  readonly attempts: number;
  readonly setbacks: number;
  /** One of `SILENCES_DAYS`: there was no update for so long since. */
  readonly silentDays: number;
  /** The newest stop's time, and so many days more. */
  readonly ms: number;
  readonly wallMs: number;
}

const DAY_MS = 86_400_000;

/**
 * A day of silence is information: the silences after which to predict again. In between, the
 * elapsed time is only cut off the distribution.
 */
export const SILENCES_DAYS = [0, 1, 2, 4, 8] as const;

/** Null while there was no update of it since its hand-over. */
export function progressAt(parcel: OpenParcel, nowMs: number): Progress | null {
  return progressOf(usableStops(parcel, nowMs), nowMs);
}

/** @param all its usable stops, those to come with them. */
export function progressOf(all: readonly ParcelStop[], nowMs: number): Progress | null {
  const stops = all.filter(({ at }) => at.instantMs <= nowMs);
  const newest = stops.at(-1);
  if (newest === undefined) return null;
  const silence = (nowMs - newest.at.instantMs) / DAY_MS;
  const silentDays = SILENCES_DAYS.findLast((days) => days <= silence) ?? 0;
  const count = (wanted: ParcelStop['status']) =>
    stops.filter(({ status }) => status === wanted).length;
  return {
    newest,
    before: stops.at(-2) ?? null,
    stops: stops.length,
    silentDays,
    attempts: count('delivery_attempted'),
    setbacks: count('exception'),
    ms: newest.at.instantMs + silentDays * DAY_MS,
    wallMs: newest.at.wallMs + silentDays * DAY_MS,
  };
}
