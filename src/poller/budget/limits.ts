import type { AdapterLimits } from '../../adapters/contract/contract.ts';
import type { AccountEnvironment } from '../../intake/index.ts';

/** The number of calls that an account may make in any stretch of time as long as the window. */
export interface WindowLimit {
  readonly window: 'hour' | 'day';
  readonly windowS: number;
  readonly calls: number;
}

/**
 * The calls an account may make: the carrier's limits, lowered by the operator's and merchant's
 * caps.
 */
export interface AccountLimits {
  readonly windows: readonly WindowLimit[];
  /** The least time between two calls. */
  readonly spacingMs: number;
  /** The most numbers that one call may ask for. */
  readonly batchMax: number;
  /** The share of a day's planned calls that a new account may spend at once. */
  readonly firstShare: number;
}

export interface Caps {
  readonly perHour: number | null;
  readonly perDay: number | null;
}

/**
 * Calls are spaced a little wider than required, because they arrive less evenly than they leave.
 */
const SPACING_MARGIN = 1.05;
/** The rate for a carrier that states none; our own caution. */
const CALLS_PER_SECOND_UNSTATED = 5;
/** A new account may poll its first parcels at once, and still has enough for all that follow. */
const FIRST_SHARE = 0.05;
/** People who try the hub have no older parcels, and wait for those just registered. */
const FIRST_SHARE_IN_SANDBOX = 0.25;

/**
 * Computes an account's limits from the carrier's stated limits and the caps.
 *
 * @param environment absent: the carrier's own systems.
 */
export function limitsOf(
  stated: AdapterLimits,
  caps: Caps,
  environment?: AccountEnvironment,
): AccountLimits {
  const hour = lower(stated.callsPerHour, caps.perHour);
  const day = lower(stated.callsPerDay, caps.perDay);
  const perSecond = stated.callsPerSecond ?? CALLS_PER_SECOND_UNSTATED;
  const burst = stated.burst ?? { calls: Number.POSITIVE_INFINITY, perS: 1 };
  const spacingS = Math.max(1 / perSecond, burst.perS / burst.calls);
  return {
    windows: [
      ...(hour === null ? [] : [{ window: 'hour', windowS: 3_600, calls: hour } as const]),
      ...(day === null ? [] : [{ window: 'day', windowS: 86_400, calls: day } as const]),
    ],
    spacingMs: spacingS * 1_000 * SPACING_MARGIN,
    batchMax: Math.max(1, stated.batchMax),
    firstShare: environment === 'sandbox' ? FIRST_SHARE_IN_SANDBOX : FIRST_SHARE,
  };
}

function lower(one: number | null, other: number | null): number | null {
  if (one === null) return other;
  return other === null ? one : Math.min(one, other);
}

/** The share of each window's calls reserved for requests by people. */
const RESERVE_SHARE = 0.05;

/** The calls of a window reserved for people: at least one, unless the window allows only one. */
export function reserveOf({ calls }: WindowLimit): number {
  return calls <= 1 ? 0 : Math.max(1, Math.floor(calls * RESERVE_SHARE));
}

/**
 * The share of each window that people may use before extras stop: page views must not end polls.
 */
const EXTRAS_SHARE = 0.25;

/** The calls of a window that people may use before extras stop; at least the reserve. */
export function extrasOf(limit: WindowLimit): number {
  return Math.max(reserveOf(limit), Math.floor(limit.calls * EXTRAS_SHARE));
}

/**
 * The share of each window's calls that no plan may spend, so that parcels at their ceiling find
 * room.
 */
const HELD_BACK_SHARE = 0.05;

export function heldBackOf({ calls }: WindowLimit): number {
  return Math.floor(calls * HELD_BACK_SHARE);
}

/**
 * The calls per hour available to the plan: within all limits, without the reserve and the calls
 * held back.
 */
export function plannedPerHour({ windows, spacingMs }: AccountLimits): number {
  const paces = windows.map((limit) => {
    const calls = limit.calls - reserveOf(limit) - heldBackOf(limit);
    return (calls * 3_600) / limit.windowS;
  });
  return Math.min(3_600_000 / spacingMs, ...paces);
}
