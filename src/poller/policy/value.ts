import { isTerminal } from '../../kernel/status.ts';
import { eddBin, weekdayOf } from '../hazard/bins.ts';
import { type HazardTables, hazardAt } from '../hazard/compile.ts';
import { dayOfDate, zoneOffsetMs } from '../zone-offset.ts';
import type { ParcelView } from './policy.ts';

const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;
const DAY_MS = 24 * HOUR_MS;
/**
 * The most steps of one computation: two weeks in quarter hours. Longer waits have the same value.
 */
const STEPS_MAX = 14 * 96;

/**
 * Worth × hazard per hour of updates that no table predicts. It makes the value of every wait grow
 * without end, so that no parcel starves where calls go to the highest value.
 */
export const UNFORESEEN_RATE = 0.001;
/** The share of updates that a healthy push is expected to lose. */
const LOST_PUSHES = 0.02;
/**
 * A delivery that only an unsigned push reported is withheld from people until a poll confirms it.
 */
const UNCONFIRMED_RATE = 10;
/**
 * The value of polling a parcel at an instant, in worth × hours: the expected delay of an update by
 * then, weighted by the worth of each kind: ∫ w h(u) (t − u) du since the parcel was last checked.
 * It grows with the wait. See `due/rank.ts` for the ceiling's effect and the order in which due
 * numbers are polled.
 */
export function valueAt(parcel: ParcelView, atMs: number, tables: HazardTables): number {
  const hours = Math.max(0, atMs - knownSinceMs(parcel)) / HOUR_MS;
  const unforeseen = (UNFORESEEN_RATE * hours * hours) / 2;
  if (isTerminal(parcel.status)) {
    return parcel.confirmed === false ? UNCONFIRMED_RATE * (hours + 0.1) : unforeseen;
  }
  const { value } = waitUntil(parcel, tables, atMs, Number.POSITIVE_INFINITY);
  return parcel.push === 'healthy' ? LOST_PUSHES * value + unforeseen : value;
}

/** The time of our latest information: from a poll, or from updates by other sources. */
function knownSinceMs(parcel: ParcelView): number {
  const { createdAtMs, lastPolledAtMs, lastUpdateAtMs } = parcel;
  return Math.max(lastPolledAtMs ?? createdAtMs, lastUpdateAtMs ?? createdAtMs);
}

/**
 * Returns when the value of a poll reaches `price`, at the latest `untilMs`, and its value then.
 */
export function waitUntil(
  parcel: ParcelView,
  tables: HazardTables,
  untilMs: number,
  price: number,
): { readonly atMs: number; readonly value: number } {
  const cell = tables.cellOf(parcel.carrier, parcel.service, parcel.status);
  const factAtMs = parcel.lastFactAtMs ?? parcel.createdAtMs;
  const eddDay = parcel.edd === null ? null : dayOfDate(parcel.edd.date);
  let atMs = knownSinceMs(parcel);
  let value = 0;
  let expected = 0;
  for (let step = 0; step < STEPS_MAX && atMs < untilMs; step += 1) {
    const offsetMs = zoneOffsetMs(parcel.timeZone, atMs);
    const localMs = atMs + offsetMs;
    const day = Math.floor(localMs / DAY_MS);
    const quarter = Math.floor((localMs - day * DAY_MS) / QUARTER_MS);
    const endMs = Math.min(untilMs, (Math.floor(localMs / QUARTER_MS) + 1) * QUARTER_MS - offsetMs);
    const hours = (endMs - atMs) / HOUR_MS;
    const age = Math.floor((atMs + endMs - 2 * factAtMs) / 2 / QUARTER_MS);
    const rate =
      UNFORESEEN_RATE +
      hazardAt(cell, cell.worth, age, quarter, weekdayOf(day), eddBin(day, eddDay));
    const grown = value + hours * (expected + (rate * hours) / 2);
    if (grown >= price) {
      const after = crossingHours(rate, expected, price - value);
      return { atMs: Math.min(endMs, atMs + after * HOUR_MS), value: price };
    }
    value = grown;
    expected += rate * hours;
    atMs = endMs;
  }
  return { atMs: untilMs, value };
}

/** Returns the hours x after which expected·x + rate·x²/2 = missing. */
function crossingHours(rate: number, expected: number, missing: number): number {
  return (2 * missing) / (expected + Math.sqrt(expected * expected + 2 * rate * missing));
}
