import { type ClockWords, clockWords } from '../../../../../kernel/time/clock-words.ts';
import { formatOffset, wallClockMs } from '../../../../../kernel/time/place-time.ts';

/** Formats local wall-clock times in a reader's language, as in messages. */
export type WallClockFormats = ClockWords;

/** @param locale BCP 47, such as `en-US`. */
export function wallClockFormats(locale: string): WallClockFormats {
  return clockWords(locale);
}

/** `2026-11-19` of any wall-clock time, with or without an offset. */
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

/** `UTC`, `UTC−05:00`, with a true minus sign, which looks better and is read aloud correctly. */
export function zoneLabel(offsetMin: number): string {
  if (offsetMin === 0) return 'UTC';
  return `UTC${formatOffset(offsetMin).replace('-', '\u2212')}`;
}

/** For `<time datetime>`: with the offset when it is known. */
export function machineTime(local: string, offsetMin: number | null): string {
  if (local.length <= 10 || offsetMin === null) return local;
  return `${local}${formatOffset(offsetMin)}`;
}
