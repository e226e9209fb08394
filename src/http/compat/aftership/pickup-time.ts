import { zonesOfPlace } from '../../../kernel/places/zones-of-place.ts';
import { instantMs, wallClockMs } from '../../../kernel/time/place-time.ts';
import { placeTimeInZone } from '../../../kernel/time/zoned-time.ts';

/** An order for which the pickup has to be estimated; times are local to the origin. */
export interface OrderTimes {
  /** `2026-03-10T12:00:00` */
  readonly orderTime: string;
  /** `18:00:00`; an order after this time counts from the next day. */
  readonly cutOff: string;
  /** 1 (Monday) to 7; at least one. */
  readonly businessDays: readonly number[];
  /** Business days from the order to the pickup. */
  readonly processingDays: number;
}

const DAY_MS = 86_400_000;
const DATE_CHARS = '2026-03-10'.length;

/**
 * Returns when an order will be picked up: at the order's own time if that is the same day, else at
 * the beginning of the day. Pure.
 */
export function estimatedPickup(order: OrderTimes): string {
  const { orderTime, cutOff, businessDays, processingDays } = order;
  const orderDay = orderTime.slice(0, DATE_CHARS);
  const isLate = orderTime.slice(DATE_CHARS + 1) > cutOff;
  const works = (dayMs: number) => businessDays.includes(weekdayOf(dayMs));
  let dayMs = (wallClockMs(orderDay) ?? 0) + (isLate ? DAY_MS : 0);
  while (!works(dayMs)) dayMs += DAY_MS;
  for (let left = processingDays; left > 0; left -= 1) {
    dayMs += DAY_MS;
    while (!works(dayMs)) dayMs += DAY_MS;
  }
  const day = new Date(dayMs).toISOString().slice(0, DATE_CHARS);
  return day === orderDay ? orderTime : `${day}T00:00:00`;
}

const SUNDAY = 7;

function weekdayOf(dayMs: number): number {
  return new Date(dayMs).getUTCDay() || SUNDAY;
}

/**
 * Returns the instant of a local time at a place, in epoch ms. Where a place may be in several
 * zones, the first is used, and UTC where none is known.
 */
export function instantAtPlace(
  local: string,
  place: Parameters<typeof zonesOfPlace>[0],
): number | null {
  const [zone = 'UTC'] = zonesOfPlace(place);
  return instantMs(placeTimeInZone(local, 'second', zone, 'postal_code'));
}
