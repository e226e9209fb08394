import { DateTime } from 'luxon';

/** When the day began that it is now, in that zone; in UTC where none is known. Epoch ms. */
export function startOfDayMs(nowMs: number, zone: string | null): number {
  return DateTime.fromMillis(nowMs, { zone: zone ?? 'UTC' })
    .startOf('day')
    .toMillis();
}
