import type { PredictionPolicy } from '../policy/policy.ts';
import {
  DAY_MINUTES,
  deliveriesIn,
  type HourProfile,
  SLOT_MINUTES,
  total,
} from './hour-profile.ts';

/** Minutes of the local day. */
export interface DayWindow {
  readonly from: number;
  readonly to: number;
}

type Settings = PredictionPolicy['last_mile'];

/** A profile has ended when less than this share of its deliveries follows. */
const END_SHARE = 0.01;

/**
 * The shortest window from now on that contains the wanted share of the remaining deliveries.
 * After the last usual hour the parcel may come at any time: the window then extends from now as
 * far as the settings say. Null when there are no more deliveries today.
 *
 * @param lastMinute of the day on which the service delivers.
 */
export function windowOfDay(
  settings: Settings,
  profile: HourProfile,
  now: number,
  lastMinute: number,
): DayWindow | null {
  const ahead = deliveriesIn(profile, now, DAY_MINUTES);
  const shortest =
    ahead > total(profile) * END_SHARE
      ? shortestWindow(profile, now, ahead * settings.share)
      : null;
  if (shortest !== null) return atLeast(shortest, settings.narrowest_minutes, now);
  if (now >= lastMinute) return null;
  const widened = { from: now, to: Math.min(now + settings.widen_minutes, lastMinute) };
  return atLeast(widened, settings.narrowest_minutes, now);
}

function shortestWindow(profile: HourProfile, now: number, wanted: number): DayWindow | null {
  let best: DayWindow | null = null;
  const firstSlot = Math.floor(now / SLOT_MINUTES);
  for (let slot = firstSlot; slot < profile.length; slot += 1) {
    const from = Math.max(slot * SLOT_MINUTES, now);
    const to = endOf(profile, from, slot, wanted);
    if (to !== null && (best === null || to - from < best.to - best.from)) best = { from, to };
  }
  return best;
}

/**
 * The end of the slot by which `wanted` deliveries have come after `from`; null if there are fewer.
 */
function endOf(profile: HourProfile, from: number, slot: number, wanted: number): number | null {
  let found = 0;
  for (let at = slot; at < profile.length; at += 1) {
    const start = Math.max(from, at * SLOT_MINUTES);
    const end = (at + 1) * SLOT_MINUTES;
    found += ((profile[at] ?? 0) * (end - start)) / SLOT_MINUTES;
    // Rounding: sums of parts may be slightly less than the part of the sum.
    if (found >= wanted * (1 - 1e-9)) return end;
  }
  return null;
}

/**
 * Extends a window to a minimum length: later rather than earlier, within the day, and not before
 * `now`.
 */
export function atLeast({ from, to }: DayWindow, minutes: number, now: number): DayWindow {
  const end = Math.min(Math.max(to, from + minutes), DAY_MINUTES);
  return { from: Math.max(Math.min(from, end - minutes), now), to: end };
}
