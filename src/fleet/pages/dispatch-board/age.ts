/** Formats a duration so that a dispatcher can read it at a glance, in minutes or hours. */
export function ageOf(nowMs: number, sinceMs: number): string {
  const minutes = Math.max(1, Math.round((nowMs - sinceMs) / 60_000));
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** Formats seconds as whole seconds, minutes or hours. */
export function lengthOf(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 90) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
