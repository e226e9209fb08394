import { parseOffset, wallClockMs } from '../../kernel/time/place-time.ts';

/** A written time: the instant, and the local clock and calendar. */
export interface Moment {
  /** Epoch milliseconds; without a written offset, the clock read as UTC. */
  readonly instantMs: number;
  /** What the clock showed, read as if it were UTC: its days are the place's own. */
  readonly wallMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The maximum length of a written time; no longer text reaches a pattern. */
const CHARS_MAX = 40;

const CLOCK = /^\d{2}:\d{2}(?::\d{2})?/;
const FRACTION = /^\.\d+/;

/**
 * Reads `2018-05-02`, `2018-05-02 10:00` or `2018-05-02T10:00:00.000-03:00`. Returns null for
 * anything else, and for dates that no calendar has. A date alone is its midnight.
 */
export function momentOf(text: string): Moment | null {
  if (text.length > CHARS_MAX) return null;
  const date = text.slice(0, 10);
  if (text.length === 10) return momentAt(`${date}T00:00`, '');
  const clock = CLOCK.exec(text.slice(11))?.[0];
  if (clock === undefined || (text[10] !== 'T' && text[10] !== ' ')) return null;
  return momentAt(
    `${date}T${clock}`,
    text
      .slice(11 + clock.length)
      .replace(FRACTION, '')
      .trim(),
  );
}

/** `local` is `2018-05-02T10:00[:00]`. */
function momentAt(local: string, zone: string): Moment | null {
  const wallMs = wallClockMs(local);
  const offsetMin = zone === '' ? 0 : parseOffset(zone);
  if (wallMs === null || offsetMin === null) return null;
  return { wallMs, instantMs: wallMs - offsetMin * MINUTE_MS };
}

/** Whole days since 1970-01-01 on the calendar of the place. */
export function localDay(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS);
}
