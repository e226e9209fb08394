import type { Plan } from '../due/schedule.ts';
import type { ParcelView } from '../policy/policy.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** Parcels sampled: enough to see the day's shape. */
const SAMPLE_MAX = 32;
/** Hours grouped together: a policy's answer for a long wait takes a tenth of a millisecond. */
const STEP_HOURS = 2;
/** Each hour gets at least this part of an even share, because unexpected updates also come at night. */
const SHARE_MIN = 0.2;
/**
 * Nor more than this: what one hour spends is missing a day later, when the window is still full.
 */
const SHARE_MAX = 2;

/**
 * How a day's calls are spread over its hours (UTC): each hour has the share that its parcels
 * would have called for at the present price, so that calls are there when updates are. Twenty-four
 * numbers that sum to 1, the first for the hour from midnight. Pure.
 */
export function dayCurve(
  parcels: readonly ParcelView[],
  nowMs: number,
  { policy, spend }: Plan,
): number[] {
  const step = Math.max(1, Math.ceil(parcels.length / SAMPLE_MAX));
  const looked = parcels.filter((_, nr) => nr % step === 0);
  const calls = Array.from({ length: HOURS }, () => 0);
  const firstMs = Math.ceil(nowMs / HOUR_MS) * HOUR_MS;
  for (const parcel of looked) {
    for (let nr = 0; nr < HOURS; nr += STEP_HOURS) {
      const atMs = firstMs + nr * HOUR_MS;
      const hour = Math.floor(atMs / HOUR_MS) % HOURS;
      const next = policy.next({ ...parcel, lastPolledAtMs: atMs }, atMs, spend);
      const waitH = (next.atMs - atMs) / HOUR_MS;
      for (let step = 0; step < STEP_HOURS; step += 1) {
        const hourOfStep = (hour + step) % HOURS;
        calls[hourOfStep] = (calls[hourOfStep] ?? 0) + 1 / Math.max(0.1, waitH);
      }
    }
  }
  return normalized(calls);
}

function normalized(calls: readonly number[]): number[] {
  const sum = calls.reduce((total, each) => total + each, 0);
  if (sum <= 0) return calls.map(() => 1 / HOURS);
  // Twice, because what is cut off at the top is distributed among the rest.
  return bounded(bounded(calls.map((each) => each / sum)));
}

function bounded(shares: readonly number[]): number[] {
  const cut = shares.map((each) => Math.min(SHARE_MAX / HOURS, Math.max(SHARE_MIN / HOURS, each)));
  const all = cut.reduce((total, each) => total + each, 0);
  return cut.map((each) => each / all);
}
