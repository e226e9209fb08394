import type { OpenParcel } from '../sample/parcel.ts';
import { type ParcelStop, usableStops } from '../sample/parcel-stop.ts';

/** A parcel's progress at a moment: at its last scan, or after some days of silence. */
export interface Progress {
  readonly newest: ParcelStop;
  /** The stop before it; null: the hand-over was. */
  readonly before: ParcelStop | null;
  readonly stops: number;
  /** Delivery attempts, and other problems. */
  readonly attempts: number;
  readonly setbacks: number;
  /** One of `SILENCES_DAYS`: the days without an update since then. */
  readonly silentDays: number;
  /** The newest stop's time plus the silent days. */
  readonly ms: number;
  readonly wallMs: number;
}

const DAY_MS = 86_400_000;

/**
 * A day of silence is information: the silences after which to predict again. In between, the
 * elapsed time is only cut off the distribution.
 */
export const SILENCES_DAYS = [0, 1, 2, 4, 8] as const;

/** The progress at `nowMs`; null without an update since the hand-over. */
export function progressAt(parcel: OpenParcel, nowMs: number): Progress | null {
  return progressOf(usableStops(parcel, nowMs), nowMs);
}

/** @param all its usable stops, including later ones. */
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
