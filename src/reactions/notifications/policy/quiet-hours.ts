import { DateTime } from 'luxon';
import { isZone, zoneNamed } from '../../../kernel/time/formatters.ts';
import type { QuietHours, Window } from '../rules/rule-set.ts';

/** A time that never comes. */
export const FOR_EVER_MS = Number.POSITIVE_INFINITY;

/**
 * The instant at which quiet hours end, if `nowMs` is within them; null: it is not. `from` is
 * included and `to` is not. If the clock jumps over `to`, they end with the jump.
 */
export function quietUntilMs(hours: QuietHours, zone: string, nowMs: number): number | null {
  const now = inZone(nowMs, zone);
  const minutes = now.hour * 60 + now.minute;
  const [from, to] = [minutesOf(hours.from), minutesOf(hours.to)];
  const overnight = from > to;
  const quiet = overnight ? minutes >= from || minutes < to : minutes >= from && minutes < to;
  if (!quiet) return null;
  const day = overnight && minutes >= from ? now.plus({ days: 1 }) : now;
  const end = day.set({
    hour: Math.floor(to / 60),
    minute: to % 60,
    second: 0,
    millisecond: 0,
  });
  const endMs = end.hour * 60 + end.minute === to ? end.toMillis() : jumpBeforeMs(end);
  // A repeated hour ends only once: never wait for a time that has passed.
  return endMs > nowMs ? endMs : nowMs + 1;
}

/** The maximum jump of a clock that is put forward, except where whole days are skipped. */
const JUMP_MS_MAX = 3 * 3_600_000;

/** When the clock was last put forward, shortly before the given instant. */
function jumpBeforeMs(after: DateTime): number {
  const { zone, offset } = after;
  let [beforeMs, afterMs] = [after.toMillis() - JUMP_MS_MAX, after.toMillis()];
  while (afterMs - beforeMs > 1) {
    const middleMs = Math.floor((beforeMs + afterMs) / 2);
    if (zone.offset(middleMs) === offset) afterMs = middleMs;
    else beforeMs = middleMs;
  }
  return afterMs;
}

/** Until when a message sent at `atMs` is not repeated. */
export function windowEndMs(window: Window, zone: string, atMs: number): number {
  switch (window.kind) {
    case 'forever':
      return FOR_EVER_MS;
    case 'ms':
      return atMs + window.ms;
    case 'day':
      return inZone(atMs, zone).plus({ days: 1 }).startOf('day').toMillis();
  }
}

/** The first of these names that is a valid zone. */
export function zoneOf(...names: readonly unknown[]): string {
  const found = names.find((name) => typeof name === 'string' && isZone(name));
  return typeof found === 'string' ? found : 'UTC';
}

function inZone(ms: number, zone: string): DateTime {
  return DateTime.fromMillis(ms, { zone: zoneNamed(zoneOf(zone)) });
}

function minutesOf(clock: string): number {
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return hour * 60 + minute;
}
