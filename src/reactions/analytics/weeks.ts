const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday: three days after a Monday. */
const THURSDAY = 3;

/** The Monday of a day's week, both `2026-11-20`. Pure. */
export function mondayOf(date: string): string {
  const day = Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
  return dateOf(day - ((((day + THURSDAY) % 7) + 7) % 7));
}

/** The Monday so many weeks later; earlier for negative ones. Pure. */
export function addWeeks(monday: string, weeks: number): string {
  return dateOf(Math.floor(Date.parse(`${monday}T00:00:00Z`) / DAY_MS) + 7 * weeks);
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
