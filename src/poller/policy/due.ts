import type { NextPoll, PollReason } from './policy.ts';

/** An answer of a policy. */
export function due(reason: PollReason, atMs: number, value: number, why: string): NextPoll {
  return { atMs, value, why, reason };
}

/** `90` → `1 h 30 min`; for sentences. */
export function spoken(minutes: number): string {
  const whole = Math.max(1, Math.round(minutes));
  if (whole < 60) return `${whole} min`;
  const hours = Math.floor(whole / 60);
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  return whole % 60 === 0 ? `${hours} h` : `${hours} h ${whole % 60} min`;
}

/** `1` → `once`; for sentences. */
export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
