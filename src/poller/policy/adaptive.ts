import type { HazardTables } from '../hazard/compile.ts';
import { lifecycle } from './lifecycle.ts';
import {
  due,
  jitterOf,
  type NextPoll,
  type ParcelView,
  type PollPolicy,
  type Spend,
  spoken,
} from './policy.ts';
import { waitUntil } from './value.ts';

const MINUTE_MS = 60_000;

/**
 * The spread of prices between numbers, so that one night's scans do not all become due at once.
 */
const SPREAD = 0.1;

/**
 * Polls a parcel when the expected delay of an update has become worth the price of a call, by the
 * learned hazard: seldom where little is expected, every few minutes while the van is loaded.
 */
export function adaptivePolicy(tables: HazardTables): PollPolicy {
  return {
    name: 'adaptive',
    next: (parcel, nowMs, spend) =>
      lifecycle(parcel, nowMs) ?? byHazard(parcel, nowMs, spend, tables),
  };
}

/**
 * Schedules the next poll for when an update is likely enough to be worth the price of a call,
 * within the shortest and the longest interval.
 */
function byHazard(
  parcel: ParcelView,
  nowMs: number,
  { price, ceilingS, floorS }: Spend,
  tables: HazardTables,
): NextPoll {
  const polledAtMs = parcel.lastPolledAtMs ?? parcel.createdAtMs;
  const latestMs = polledAtMs + ceilingS * 1_000;
  const earliestMs = Math.min(latestMs, polledAtMs + floorS * 1_000);
  const priceOfNumber = price * (1 + SPREAD * (jitterOf(parcel.trackingNumber) - 0.5));
  const { atMs, value } = waitUntil(parcel, tables, latestMs, priceOfNumber);
  const waited = spoken((Math.max(atMs, earliestMs) - polledAtMs) / MINUTE_MS);
  const status = parcel.status.replaceAll('_', ' ');
  if (atMs < earliestMs) {
    const why = `An update is very likely for a parcel ${status}: the shortest interval, ${waited}, applies.`;
    return due('floor', Math.max(nowMs, earliestMs), value, why);
  }
  if (value < priceOfNumber) {
    const why = `An update is unlikely for a parcel ${status}: the longest interval, ${waited}, applies.`;
    return due('ceiling', Math.max(nowMs, latestMs), price, why);
  }
  const why = `By then an update of a parcel ${status} is likely enough to be worth a call: after ${waited}.`;
  return due('hazard', Math.max(nowMs, atMs), value, why);
}
