/** Deliveries by half hour of the day, by the clocks of their destinations. */
export type HourProfile = readonly number[];

export const SLOT_MINUTES = 30;
export const DAY_MINUTES = 1_440;
export const SLOTS = DAY_MINUTES / SLOT_MINUTES;

/** Whose deliveries they are, most similar first. */
const PROFILE_LEVELS = ['lane', 'region', 'country', 'all'] as const;
export type ProfileLevel = (typeof PROFILE_LEVELS)[number];

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
