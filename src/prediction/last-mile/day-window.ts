import type { PredictionPolicy } from '../policy/policy.ts';

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
function atLeast({ from, to }: DayWindow, minutes: number, now: number): DayWindow {
  const end = Math.min(Math.max(to, from + minutes), DAY_MINUTES);
  return { from: Math.max(Math.min(from, end - minutes), now), to: end };
}

/** Deliveries by half hour of the day, by the clocks of their destinations. */
type HourProfile = readonly number[];

export const SLOT_MINUTES = 30;
const DAY_MINUTES = 1_440;
export const SLOTS = DAY_MINUTES / SLOT_MINUTES;

/** Whose deliveries they are, most similar first. */
const PROFILE_LEVELS = ['lane', 'region', 'country', 'all'] as const;
type ProfileLevel = (typeof PROFILE_LEVELS)[number];

export type Profiles = { readonly [Level in ProfileLevel]?: HourProfile | null | undefined };

/**
 * Counts deliveries by half hour.
 *
 * @param minutes the minute of the local day of each delivery; invalid ones are ignored.
 */
export function hourProfile(minutes: Iterable<number>): HourProfile {
  const counts = Array.from({ length: SLOTS }, () => 0);
  for (const minute of minutes) {
    const slot = Math.floor(minute / SLOT_MINUTES);
    if (slot >= 0 && slot < SLOTS) counts[slot] = (counts[slot] ?? 0) + 1;
  }
  return counts;
}

/** The first profile with enough deliveries; null: none. */
export function bestProfile(
  profiles: Profiles,
  deliveriesMin: number,
): { readonly level: ProfileLevel; readonly profile: HourProfile } | null {
  for (const level of PROFILE_LEVELS) {
    const profile = profiles[level];
    if (profile != null && isProfile(profile) && total(profile) >= deliveriesMin) {
      return { level, profile };
    }
  }
  return null;
}

function isProfile(profile: HourProfile): boolean {
  return profile.length === SLOTS && profile.every((count) => count >= 0 && count < 1e12);
}

export function total(profile: HourProfile): number {
  return profile.reduce((sum, count) => sum + count, 0);
}

/** Deliveries between two minutes of the day; within a slot they are spread evenly. */
export function deliveriesIn(profile: HourProfile, from: number, to: number): number {
  return profile.reduce((sum, count, slot) => {
    const start = slot * SLOT_MINUTES;
    const covered = Math.min(to, start + SLOT_MINUTES) - Math.max(from, start);
    return covered > 0 ? sum + (count * covered) / SLOT_MINUTES : sum;
  }, 0);
}
