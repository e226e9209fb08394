import { due, spoken } from './due.ts';
import { lifecycle } from './lifecycle.ts';
import type { PollPolicy } from './policy.ts';

/** The default of other hubs. */
export const FLAT_PAUSE_S = 7_200;

/** One pause for all parcels under way, whatever is expected. */
export function flatPolicy(pauseS: number = FLAT_PAUSE_S): PollPolicy {
  const why = `Every parcel is polled every ${spoken(pauseS / 60)}.`;
  return {
    name: 'flat',
    next(parcel, nowMs) {
      const course = lifecycle(parcel, nowMs);
      if (course !== null) return course;
      const polledAtMs = parcel.lastPolledAtMs ?? parcel.createdAtMs;
      return due('fixed', Math.max(nowMs, polledAtMs + pauseS * 1_000), pauseS / 3_600, why);
    },
  };
}
