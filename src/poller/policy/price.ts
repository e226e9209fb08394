import { isTerminal } from '../../kernel/status.ts';
import { eddBin, weekdayOf } from '../hazard/bins.ts';
import { type HazardTables, hazardAt } from '../hazard/compile.ts';
import { dayOfDate, zoneOffsetMs } from '../zone-offset.ts';
import { firstContactPauseMs } from './lifecycle.ts';
import type { ParcelView, Spend } from './policy.ts';
import { UNFORESEEN_RATE } from './value.ts';

const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;
const DAY_MS = 24 * HOUR_MS;
/**
 * The forecast covers a whole day, so that the quiet hours of the night leave calls for the
 * morning.
 */
const STEPS = 24;
/** Worth × hazard of a parcel that has moved on to a status we cannot know yet. */
const MOVED_ON_RATE = 0.065;
/** The calls per hour for audits of ended parcels and checks behind healthy push. */
const AUDITS_PER_HOUR = 1 / 24;
const PRICE = { least: 1e-6, most: 1e6 };
const HALVINGS = 60;

/** The conditions for which the price is computed. */
export interface PriceConditions {
  readonly nowMs: number;
  readonly ceilingS: number;
  readonly floorS: number;
}

/** Spend with a ceiling that the budget can meet; `stretched` if it is not the configured one. */
export interface AffordableSpend extends Spend {
  readonly stretched: boolean;
}

/**
 * Returns the θ at which these parcels would spend `callsPerHour`, averaged over the coming 24 h;
 * for a sample, pass the sample's part of the budget. It never rises with the budget. If even the
 * ceilings cost more than the budget, it is the highest possible price.
 *
 * A hazard h is polled best every √(2θ / h) hours (what ∫ h u du = θ gives for a steady h), never
 * faster than the floor nor slower than the ceiling; an update in between changes the hazard, or
 * ends it.
 */
export function priceFor(
  parcels: readonly ParcelView[],
  callsPerHour: number,
  tables: HazardTables,
  { nowMs, ceilingS, floorS }: PriceConditions,
): number {
  const forecasts = parcels.map((parcel) => forecastValue(parcel, nowMs, tables));
  const bounds = { least: 3_600 / ceilingS, most: 3_600 / floorS };
  let low = Math.log(PRICE.least);
  let high = Math.log(PRICE.most);
  for (let index = 0; index < HALVINGS; index += 1) {
    const middle = (low + high) / 2;
    if (callsAt(forecasts, Math.exp(middle), bounds) > callsPerHour) low = middle;
    else high = middle;
  }
  return Math.exp(high);
}

/**
 * Returns the price, and the ceiling: while the budget suffices to poll every parcel once per
 * ceiling, the configured ceiling applies; otherwise it is stretched evenly to what the budget can
 * pay for. For a sample, pass its part of the budget.
 */
export function spendFor(
  parcels: readonly ParcelView[],
  callsPerHour: number,
  tables: HazardTables,
  conditions: PriceConditions,
): AffordableSpend {
  const { ceilingS, floorS, nowMs } = conditions;
  const pricedCount = parcels.filter(
    (parcel) => unpricedCallsPerHour(parcel, nowMs) === null,
  ).length;
  const unpricedPerHour = parcels.reduce(
    (sum, parcel) => sum + (unpricedCallsPerHour(parcel, nowMs) ?? 0),
    0,
  );
  // Polls that the ceiling does not bind may use half of the budget at most.
  const forCeilings = Math.max(callsPerHour - unpricedPerHour, callsPerHour / 2, 1e-9);
  const affordableS = Math.max(ceilingS, (pricedCount * 3_600) / forCeilings);
  const price = priceFor(parcels, callsPerHour, tables, { ...conditions, ceilingS: affordableS });
  return { price, ceilingS: affordableS, floorS, stretched: affordableS > ceilingS };
}

/** The calls per hour of a parcel that do not depend on the price; null if they do. */
function unpricedCallsPerHour(parcel: ParcelView, nowMs: number): number | null {
  if (isTerminal(parcel.status) || parcel.push === 'healthy') return AUDITS_PER_HOUR;
  if (parcel.known || parcel.lastPolledAtMs === null) return null;
  return HOUR_MS / firstContactPauseMs(nowMs - parcel.createdAtMs);
}

/** The forecast of a parcel's coming day, by hour. */
interface Forecast {
  /** The calls per hour if they do not depend on the price; null if they do. */
  readonly constant: number | null;
  /** Worth × hazard of updates in each hour. */
  readonly worth: Float64Array;
  /** The chance that no update has come by the middle of each hour. */
  readonly stayShares: Float64Array;
  /** The share of expected updates that end the parcel. */
  readonly endShare: number;
}

/**
 * Computes the forecast. Calls that do not depend on the price need none, so its arrays stay zero.
 */
function forecastValue(parcel: ParcelView, nowMs: number, tables: HazardTables): Forecast {
  const constant = unpricedCallsPerHour(parcel, nowMs);
  const worth = new Float64Array(STEPS);
  const stayShares = new Float64Array(STEPS);
  if (constant !== null) return { constant, worth, stayShares, endShare: 0 };
  const cell = tables.cellOf(parcel.carrier, parcel.service, parcel.status);
  const factAtMs = parcel.lastFactAtMs ?? parcel.createdAtMs;
  const eddDay = parcel.edd === null ? null : dayOfDate(parcel.edd.date);
  const ending = cell.rate.map((rate, index) =>
    isTerminal(cell.kinds[index] ?? 'created') ? rate : 0,
  );
  let expected = 0;
  let endings = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const atMs = nowMs + (step + 0.5) * HOUR_MS;
    const localMs = atMs + zoneOffsetMs(parcel.timeZone, atMs);
    const day = Math.floor(localMs / DAY_MS);
    const quarter = Math.floor((localMs - day * DAY_MS) / QUARTER_MS);
    const age = Math.floor((atMs - factAtMs) / QUARTER_MS);
    const read = (weighed: Float64Array) =>
      hazardAt(cell, weighed, age, quarter, weekdayOf(day), eddBin(day, eddDay));
    worth[step] = UNFORESEEN_RATE + read(cell.worth);
    const rate = read(cell.rate);
    stayShares[step] = Math.exp(-(expected + rate / 2));
    expected += rate;
    endings += read(ending);
  }
  return { constant, worth, stayShares, endShare: expected === 0 ? 0 : endings / expected };
}

/** The calls per hour of all parcels together, at a price. */
function callsAt(
  forecasts: readonly Forecast[],
  price: number,
  bounds: { readonly least: number; readonly most: number },
): number {
  const paceOf = (worth: number) =>
    Math.min(bounds.most, Math.max(bounds.least, Math.sqrt(worth / (2 * price))));
  const movedOn = paceOf(MOVED_ON_RATE);
  let calls = 0;
  for (const { constant, worth, stayShares, endShare } of forecasts) {
    if (constant !== null) {
      calls += constant;
      continue;
    }
    let sum = 0;
    for (let step = 0; step < STEPS; step += 1) {
      const stay = stayShares[step] ?? 0;
      sum += stay * paceOf(worth[step] ?? 0) + (1 - stay) * (1 - endShare) * movedOn;
    }
    calls += sum / STEPS;
  }
  return calls;
}
