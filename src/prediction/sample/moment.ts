import { parseOffset, wallClockMs } from '../../kernel/place-time.ts';

/** A time as somebody wrote it: when it was, and what the clock and calendar there showed. */
export interface Moment {
  /** Epoch milliseconds; the clock read as UTC where no offset was written. */
  readonly instantMs: number;
  /** What the clock showed, read as if it were UTC: its days are the place's own. */
  readonly wallMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Longer is no time, and nothing that long reaches a pattern. */
const CHARS_MAX = 40;

const WRITTEN = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d{1,9})? ?(.*))?$/;

/**
 * `2018-05-02`, `2018-05-02 10:00`, `2018-05-02T10:00:00.000-03:00`: null for anything else, and
 * for dates that no calendar has. A date alone is its midnight.
 */
export function momentOf(text: string): Moment | null {
  const m = text.length > CHARS_MAX ? null : WRITTEN.exec(text);
  if (m === null) return null;
  const [, date = '', clock, seconds, zone = ''] = m;
  const wallMs = wallClockMs(clock === undefined ? date : `${date}T${clock}${seconds ?? ':00'}`);
  const offsetMin = zone === '' ? 0 : parseOffset(zone);
  if (wallMs === null || offsetMin === null) return null;
  return { wallMs, instantMs: wallMs - offsetMin * MINUTE_MS };
}

/** Whole days since 1970-01-01 on the calendar of the place. */
export function localDay(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS);
}
