import { instantMs, wallClockMs } from '../../kernel/time/place-time.ts';
import { placeTimeFromIso } from '../../kernel/time/zoned-time.ts';

/** Below this it is the network that took its time, not the clock that is wrong. */
export const CLOCK_OFFSET_MIN_MS = 2_000;

/**
 * How far the clock of the sender is ahead of ours, in milliseconds (negative: behind), from the
 * instant at which it claims to have sent. Null when that is no instant.
 *
 * @param sentAt the header `Waybill-Sent-At`: ISO 8601 with an offset.
 * @param nowMs when the request came, by our clock.
 */
export function clockOffsetMs(sentAt: string, nowMs: number): number | null {
  const sentMs = instantOf(sentAt);
  return sentMs === null ? null : Math.round(sentMs - nowMs);
}

/** The correction subtracted from the times of such a sender's scans. */
export function correctionMs(offsetMs: number): number {
  return Math.abs(offsetMs) < CLOCK_OFFSET_MIN_MS ? 0 : offsetMs;
}

/** Epoch milliseconds with the fraction, which a place's time does not keep. */
function instantOf(text: string): number | null {
  const time = placeTimeFromIso(text);
  const whole = time === null ? null : instantMs(time);
  if (time === null || whole === null || wallClockMs(time.local ?? '') === null) return null;
  const fraction = /[.,](\d{1,3})/.exec(text)?.[1];
  return whole + Number((fraction ?? '').padEnd(3, '0'));
}
