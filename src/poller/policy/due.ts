import type { NextPoll, PollReason } from './policy.ts';

/** Builds a policy's answer. */
export function due(reason: PollReason, atMs: number, value: number, why: string): NextPoll {
  return { atMs, value, why, reason };
}

/** Writes a duration for a sentence: `90` → `1 h 30 min`. */
export function spoken(minutes: number): string {
  const whole = Math.max(1, Math.round(minutes));
  if (whole < 60) return `${whole} min`;
  const hours = Math.floor(whole / 60);
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  return whole % 60 === 0 ? `${hours} h` : `${hours} h ${whole % 60} min`;
}

/** Writes a count for a sentence: `1` → `once`. */
export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
