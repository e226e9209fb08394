import { type AccountLimits, plannedPerHour } from './limits.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;

/**
 * Calls that an account could have made by now but has not. `planned` grows with each hour's share
 * of a day's calls, and unused calls carry forward. `owed` is for parcels at their ceiling, which
 * cannot wait for the morning: it grows at the pace of the busiest hour, because such parcels
 * become due in the same bunches in which they were last polled, and holds an hour's worth. Every
 * call is taken from both, so calls for owed parcels at night are missing from the day's plan.
 */
export interface Savings {
  readonly planned: number;
  readonly owed: number;
  /** Null before the account's first run. */
  readonly asOfMs: number | null;
}

/** Saved calls beyond this share of a day are lost, so that no morning spends a week's savings. */
const SAVED_DAYS_MAX = 0.5;
/** A new account may poll its first parcels at once, however few calls a day it has. */
const FIRST_CALLS_MIN = 2;
/** Nothing is saved while no process runs the account: from this long after its scheduled run. */
const ABSENT_AFTER_MS = 15 * 60_000;

export interface SavingsConditions {
  readonly nowMs: number;
  readonly limits: AccountLimits;
  /** The share of each hour (UTC) in a day's calls; null if all hours are alike. */
  readonly hourShares: readonly number[] | null;
  /** When the account's next run was scheduled. */
  readonly wakeAtMs: number | null;
  /** Whether the account could not poll since `asOfMs`: paused, refused, or the carrier is down. */
  readonly isOut: boolean;
}

/**
 * Returns the savings as of now. Time in which the account could not poll, or no process ran it,
 * saves nothing, so the backlog of an outage is worked off at the usual pace. Only the call that
 * checks whether the outage is over is always available. Pure.
 */
export function saved(savings: Savings, conditions: SavingsConditions): Savings {
  const { nowMs, limits, wakeAtMs, isOut } = conditions;
  const perHour = plannedPerHour(limits);
  const busiest = busiestPace(conditions);
  const plannedMax = Math.max(FIRST_CALLS_MIN, perHour * HOURS * SAVED_DAYS_MAX);
  if (savings.asOfMs === null) {
    const firstCalls = Math.max(FIRST_CALLS_MIN, Math.floor(perHour * HOURS * limits.firstShare));
    return { planned: firstCalls, owed: Math.min(firstCalls, owedMax(busiest)), asOfMs: nowMs };
  }
  const untilMs = Math.min(nowMs, Math.max(savings.asOfMs, wakeAtMs ?? 0) + ABSENT_AFTER_MS);
  const asOfMs = Math.max(savings.asOfMs, nowMs);
  if (isOut) return { ...savings, planned: Math.max(1, savings.planned), asOfMs };
  if (untilMs <= savings.asOfMs) return { ...savings, asOfMs };
  const grown = plannedBetween(savings.asOfMs, untilMs, conditions);
  return {
    planned: Math.min(plannedMax, savings.planned + grown),
    owed: Math.min(
      owedMax(busiest),
      savings.owed + (busiest * (untilMs - savings.asOfMs)) / HOUR_MS,
    ),
    asOfMs: nowMs,
  };
}

function owedMax(busiestPerHour: number): number {
  return Math.max(1, busiestPerHour);
}

/** The calls per hour that the plan gives to the day's busiest hour. */
function busiestPace({ limits, hourShares }: Pace): number {
  const hours = Array.from({ length: HOURS }, (_, hour) => hour * HOUR_MS);
  return Math.max(...hours.map((atMs) => paceAt(atMs, limits, hourShares)));
}

type Pace = Pick<SavingsConditions, 'limits' | 'hourShares'>;

/** The calls that the day's plan gives to a stretch of time. */
export function plannedBetween(
  fromMs: number,
  untilMs: number,
  { limits, hourShares }: Pace,
): number {
  let calls = 0;
  for (let atMs = fromMs; atMs < untilMs; ) {
    const endMs = Math.min(untilMs, (Math.floor(atMs / HOUR_MS) + 1) * HOUR_MS);
    calls += (paceAt(atMs, limits, hourShares) * (endMs - atMs)) / HOUR_MS;
    atMs = endMs;
  }
  return calls;
}

/** The calls per hour under the day's plan at an instant; never more than the limits allow. */
function paceAt(atMs: number, limits: AccountLimits, hourShares: readonly number[] | null): number {
  const even = plannedPerHour(limits);
  const share = hourShares?.[Math.floor(atMs / HOUR_MS) % HOURS];
  if (share === undefined) return even;
  const withoutDay = limits.windows.filter(({ window }) => window !== 'day');
  return Math.min(even * HOURS * share, plannedPerHour({ ...limits, windows: withoutDay }));
}

/**
 * How long until a call is saved under the plan, in milliseconds; computed for two days at most.
 */
export function waitForCallMs(savings: Savings, conditions: SavingsConditions): number {
  let { planned } = savings;
  let atMs = conditions.nowMs;
  const endMs = atMs + 2 * HOURS * HOUR_MS;
  while (planned < 1 && atMs < endMs) {
    const pace = paceAt(atMs, conditions.limits, conditions.hourShares);
    const nextMs = (Math.floor(atMs / HOUR_MS) + 1) * HOUR_MS;
    const neededMs = pace > 0 ? ((1 - planned) / pace) * HOUR_MS : Number.POSITIVE_INFINITY;
    if (atMs + neededMs <= nextMs) return Math.ceil(atMs + neededMs - conditions.nowMs);
    planned += (pace * (nextMs - atMs)) / HOUR_MS;
    atMs = nextMs;
  }
  return atMs - conditions.nowMs;
}

/** How long until a call is saved for owed parcels, in milliseconds. */
export function waitForOwedMs({ owed }: Savings, pace: Pace): number {
  return Math.ceil((Math.max(0, 1 - owed) / busiestPace(pace)) * HOUR_MS);
}
