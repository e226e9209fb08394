import { DateTime } from 'luxon';

/**
 * The next instant, epoch ms, at which clocks of a zone show that time of day. Null: it is none.
 *
 * @example nextAt('06:00', 'Europe/Berlin', nowMs) // tomorrow morning, for who starts at 22:00
 */
export function nextAt(time: string, zone: string, nowMs: number): number | null {
  const [hour, minute] = /^(\d\d):(\d\d)$/.exec(time)?.slice(1).map(Number) ?? [];
  if (hour === undefined || minute === undefined) return null;
  const today = DateTime.fromMillis(nowMs, { zone }).set({
    hour,
    minute,
    second: 0,
    millisecond: 0,
  });
  return (today.toMillis() > nowMs ? today : today.plus({ days: 1 })).toMillis();
}
