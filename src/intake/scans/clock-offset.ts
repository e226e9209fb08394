import { instantMs, wallClockMs } from '../../kernel/time/place-time.ts';
import { placeTimeFromIso } from '../../kernel/time/zoned-time.ts';

/**
 * Smallest offset that is corrected; a smaller one comes from the network, not from a wrong clock.
 */
export const CLOCK_OFFSET_MIN_MS = 2_000;

/**
 * Returns how far the sender's clock is ahead of the hub's, in milliseconds (negative: behind),
 * from the time at which it says it sent the request. Null when that is not an instant.
 *
 * @param sentAt the header `Waybill-Sent-At`: ISO 8601 with an offset.
 * @param nowMs when the request arrived, by the hub's clock.
 */
export function clockOffsetMs(sentAt: string, nowMs: number): number | null {
  const sentMs = instantOf(sentAt);
  return sentMs === null ? null : Math.round(sentMs - nowMs);
}

/** Returns the correction that is subtracted from the times of such a sender's scans. */
export function correctionMs(offsetMs: number): number {
  return Math.abs(offsetMs) < CLOCK_OFFSET_MIN_MS ? 0 : offsetMs;
}

/** Returns epoch milliseconds with the fraction of a second, which a `PlaceTime` does not have. */
function instantOf(text: string): number | null {
  const time = placeTimeFromIso(text);
  const whole = time === null ? null : instantMs(time);
  if (time === null || whole === null || wallClockMs(time.local ?? '') === null) return null;
  const fraction = /[.,](\d{1,3})/.exec(text)?.[1];
  return whole + Number((fraction ?? '').padEnd(3, '0'));
}
