import { dayOfDate, localDay } from '../zone-offset.ts';
import { lifecycle } from './lifecycle.ts';
import { due, type ParcelView, type PollPolicy, spoken } from './policy.ts';

const HOUR_MS = 3_600_000;
const PAUSE_MS = 4 * HOUR_MS;
const PAUSE_NEAR_EDD_MS = HOUR_MS / 2;

/**
 * The usual timetable: every 4 h, and every 30 min when the estimated delivery date, never treated
 * as earlier than today, is today or tomorrow at the parcel's place. It ignores price, floor and
 * ceiling: it exists for comparison.
 */
export const fixedPolicy: PollPolicy = {
  name: 'fixed',
  next(parcel, nowMs) {
    const lifecyclePoll = lifecycle(parcel, nowMs);
    if (lifecyclePoll !== null) return lifecyclePoll;
    const near = isNearEdd(parcel, nowMs);
    const polledAtMs = parcel.lastPolledAtMs ?? parcel.createdAtMs;
    const pauseMs = near ? PAUSE_NEAR_EDD_MS : PAUSE_MS;
    const why = near
      ? 'Its delivery is estimated for today or tomorrow, so it is polled every 30 min.'
      : 'It is polled every 4 h; every 30 min once its delivery is estimated for the next day.';
    return due('fixed', Math.max(nowMs, polledAtMs + pauseMs), pauseMs / HOUR_MS, why);
  },
};

function isNearEdd(parcel: ParcelView, nowMs: number): boolean {
  const eddDay = parcel.edd === null ? null : dayOfDate(parcel.edd.date);
  if (eddDay === null) return false;
  const today = localDay(parcel.timeZone, nowMs);
  return Math.max(eddDay, today) - today <= 1;
}

/** The pause that other hubs use by default. */
export const FLAT_PAUSE_S = 7_200;

/** Polls every parcel in progress after the same pause, whatever is expected. */
export function flatPolicy(pauseS: number = FLAT_PAUSE_S): PollPolicy {
  const why = `Every parcel is polled every ${spoken(pauseS / 60)}.`;
  return {
    name: 'flat',
    next(parcel, nowMs) {
      const lifecyclePoll = lifecycle(parcel, nowMs);
      if (lifecyclePoll !== null) return lifecyclePoll;
      const polledAtMs = parcel.lastPolledAtMs ?? parcel.createdAtMs;
      return due('fixed', Math.max(nowMs, polledAtMs + pauseS * 1_000), pauseS / 3_600, why);
    },
  };
}
