import { type AccountLimits, plannedPerHour } from './limits.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;

/**
 * Calls an account may make by now and has not made yet. `planned` grows with the share that each
 * hour has in a day's calls, and what an hour leaves carries forward; `even` grows at one pace
 * day and night and holds an hour's worth, so that parcels at their ceiling are asked for also
 * when the plan would rather wait for the morning. Every call is taken from both.
 */
export interface Savings {
  readonly planned: number;
  readonly even: number;
  /** Null before the account's first run. */
  readonly asOfMs: number | null;
}

/** Saved calls beyond this share of a day are lost: a morning must not spend what a week left. */
const SAVED_DAYS_MAX = 0.5;
/** A new account may look at its first parcels at once: this share of a day's calls. */
const FIRST_SHARE = 0.1;
const FIRST_CALLS_MIN = 2;
/** Nothing is saved while nobody was there to spend it, this long after the announced run. */
const ABSENT_AFTER_MS = 15 * 60_000;

export interface SavingsConditions {
  readonly nowMs: number;
  readonly limits: AccountLimits;
  /** Share of each hour (UTC) in a day's calls; null: all alike. */
  readonly hourShares: readonly number[] | null;
  /** When the account's next run was announced for. */
  readonly wakeAtMs: number | null;
  /** The account could not be asked since: paused, refused, or the carrier is out. */
  readonly isOut: boolean;
}

/**
 * What is saved as of now. Time in which the account could not be asked, or nobody ran it, saves
 * nothing: so what an outage left behind is worked off at the usual pace. Pure.
 */
export function saved(savings: Savings, conditions: SavingsConditions): Savings {
  const { nowMs, limits, wakeAtMs, isOut } = conditions;
  const perHour = plannedPerHour(limits);
  const most = Math.max(FIRST_CALLS_MIN, perHour * HOURS * SAVED_DAYS_MAX);
  if (savings.asOfMs === null) {
    const first = Math.max(FIRST_CALLS_MIN, Math.floor(perHour * HOURS * FIRST_SHARE));
    return { planned: first, even: Math.min(first, evenMax(perHour)), asOfMs: nowMs };
  }
  const untilMs = Math.min(nowMs, Math.max(savings.asOfMs, wakeAtMs ?? 0) + ABSENT_AFTER_MS);
  if (isOut || untilMs <= savings.asOfMs)
    return { ...savings, asOfMs: Math.max(savings.asOfMs, nowMs) };
  const grown = plannedBetween(savings.asOfMs, untilMs, conditions);
  return {
    planned: Math.min(most, savings.planned + grown),
    even: Math.min(
      evenMax(perHour),
      savings.even + (perHour * (untilMs - savings.asOfMs)) / HOUR_MS,
    ),
    asOfMs: nowMs,
  };
}

function evenMax(perHour: number): number {
  return Math.max(1, perHour);
}

/** Calls that the day's plan gives to a stretch of time. */
export function plannedBetween(
  fromMs: number,
  untilMs: number,
  { limits, hourShares }: Pick<SavingsConditions, 'limits' | 'hourShares'>,
): number {
  let calls = 0;
  for (let atMs = fromMs; atMs < untilMs; ) {
    const endMs = Math.min(untilMs, (Math.floor(atMs / HOUR_MS) + 1) * HOUR_MS);
    calls += (paceAt(atMs, limits, hourShares) * (endMs - atMs)) / HOUR_MS;
    atMs = endMs;
  }
  return calls;
}

/** Calls an hour under the day's plan; no hour gives more than its own limit allows. */
function paceAt(atMs: number, limits: AccountLimits, hourShares: readonly number[] | null): number {
  const even = plannedPerHour(limits);
  const share = hourShares?.[Math.floor(atMs / HOUR_MS) % HOURS];
  if (share === undefined) return even;
  const withoutDay = limits.windows.filter(({ window }) => window !== 'day');
  return Math.min(even * HOURS * share, plannedPerHour({ ...limits, windows: withoutDay }));
}

/** How long until a call is saved under the plan; at most two days are looked ahead. */
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

/** How long until a call is saved at the even pace. */
export function waitForEvenMs({ even }: Savings, limits: AccountLimits): number {
  return Math.ceil((Math.max(0, 1 - even) / plannedPerHour(limits)) * HOUR_MS);
}
