import { formatOffset, wallClockMs } from '../../../kernel/place-time.ts';

/** Local wall clocks in a reader's language. A wall clock is never moved into another zone. */
export interface WallClockFormats {
  /** `Thursday, November 19, 2026`; null when it is no real date. */
  day(local: string): string | null;
  /** Without the year: `Thursday, November 19`. */
  dayAhead(local: string): string | null;
  /** `1:31 PM`; null when only the date is known. */
  time(local: string): string | null;
}

/** @param locale BCP 47, such as `en-US`. Making the formats is slow; keep them. */
export function wallClockFormats(locale: string): WallClockFormats {
  const format = (options: Intl.DateTimeFormatOptions) => {
    // Read as UTC and written as UTC: what the clock on the wall showed is what comes out.
    const formatter = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    return (local: string) => {
      const ms = wallClockMs(local);
      return ms === null ? null : formatter.format(ms);
    };
  };
  const day = { weekday: 'long', month: 'long', day: 'numeric' } as const;
  const time = format({ hour: 'numeric', minute: '2-digit' });
  return {
    day: format({ ...day, year: 'numeric' }),
    dayAhead: format(day),
    time: (local) => (local.length > 10 ? time(local) : null),
  };
}

/** `2026-11-19` of any wall clock, also of one with an offset behind it. */
export function dateOf(local: string): string {
  return local.slice(0, 10);
}

/** Without offset: `2026-11-19T13:31:00` of `2026-11-19T13:31:00-05:00`. */
export function withoutOffset(local: string): string {
  return local.replace(/(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$/, '');
}

const MINUTE_MS = 60_000;

/**
 * Minutes east of UTC between an instant and the wall clock it was read from; null when either
 * is unknown.
 */
export function offsetOf(occurredAt: string | null, occurredLocal: string | null): number | null {
  if (occurredAt === null || occurredLocal === null) return null;
  const wall = wallClockMs(occurredLocal);
  const instant = Date.parse(occurredAt);
  if (wall === null || Number.isNaN(instant)) return null;
  return Math.round((wall - instant) / MINUTE_MS);
}

/** `UTC`, `UTC−05:00`: with a true minus sign, which reads better and aloud. */
export function zoneLabel(offsetMin: number): string {
  if (offsetMin === 0) return 'UTC';
  return `UTC${formatOffset(offsetMin).replace('-', '\u2212')}`;
}

/** For `<time datetime>`: with the offset when it is known. */
export function machineTime(local: string, offsetMin: number | null): string {
  if (local.length <= 10 || offsetMin === null) return local;
  return `${local}${formatOffset(offsetMin)}`;
}
