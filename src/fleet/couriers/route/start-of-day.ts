import { DateTime } from 'luxon';

/** The start of the current day in that zone, or in UTC if the zone is unknown. Epoch ms. */
export function startOfDayMs(nowMs: number, zone: string | null): number {
  return DateTime.fromMillis(nowMs, { zone: zone ?? 'UTC' })
    .startOf('day')
    .toMillis();
}
