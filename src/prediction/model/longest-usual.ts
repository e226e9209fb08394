/** This share of all parcels arrives within the longest usual time. */
const SHARE = 0.9;
const DAYS = { least: 3, most: 30 } as const;

/**
 * The number of days after which nearly all parcels have arrived, if they take as long as these
 * did.
 */
export function longestUsualDays(transitDays: readonly number[]): number {
  const days = Float64Array.from(transitDays).sort();
  const usual = days[Math.floor(days.length * SHARE)] ?? DAYS.least;
  return Math.min(Math.max(usual, DAYS.least), DAYS.most);
}
