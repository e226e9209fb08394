import { estimateLocals } from '../../../events/estimate.ts';
import { parseOffset } from '../../../kernel/time/place-time.ts';
import { wallClockAt } from '../../../kernel/time/zoned-time.ts';
import { namesHour } from './day-words.ts';

/** Whether its last day, or the window's end on it, has passed by that clock. */
export function isPast(estimate: unknown, clock: string): boolean {
  const { date, to } = estimateLocals(estimate);
  if (date === null) return false;
  const end = to !== null && to.slice(0, 10) >= date ? to : date;
  return namesHour(end) ? end.slice(0, 16) < clock : end.slice(0, 10) < clock.slice(0, 10);
}

/** Whether it names a later day than the clock shows, be it the last of several. */
export function namesLaterDay(estimate: unknown, clock: string): boolean {
  const { date, to } = estimateLocals(estimate);
  const last = date !== null && to !== null && to.slice(0, 10) > date ? to.slice(0, 10) : date;
  return last !== null && last > clock.slice(0, 10);
}

/** Where it is latest on Earth: what is past there is past everywhere. */
const LATEST_OFFSET_MIN = -12 * 60;

/** What clocks of the zone (IANA name or offset; null: unknown) show: `2026-03-12T10:42`. */
export function clockAt(zone: string | null, atMs: number): string {
  const there = zone === null ? null : wallClockAt(new Date(atMs).toISOString(), zone);
  if (there !== null) return there.slice(0, 16);
  const offsetMin = parseOffset(zone ?? '') ?? LATEST_OFFSET_MIN;
  return new Date(atMs + offsetMin * 60_000).toISOString().slice(0, 16);
}
