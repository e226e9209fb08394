import type { Silence } from '../bridges/silence.ts';
import type { Savings } from '../budget/savings.ts';
import type { TargetGroup } from '../due/target.ts';
import type { BreakerState } from './breaker.ts';

/** The state of an account as its merchant sees it. */
export type HealthState =
  | 'ok'
  | 'failing_credentials'
  | 'missing_scope'
  | 'rate_limited'
  | 'unreachable'
  /** Of bridges: unreachable, limited or silent for so long that others take over. */
  | 'degraded'
  | 'quota_near'
  | 'idle';

/** Why an account does not poll at present. */
export type PauseState = Extract<
  HealthState,
  'failing_credentials' | 'missing_scope' | 'rate_limited' | 'unreachable'
>;

/** The state of an account between its runs, shared by all processes. */
export interface AccountState extends TargetGroup {
  readonly accountId: string;
  readonly health: HealthState;
  readonly healthReason: string;
  readonly healthSinceMs: number;
  readonly breaker: BreakerState;
  /** Null if the last polled number was not refused. */
  readonly refusals: Refusals | null;
  /** Set by the first failure, cleared by the next success; `untilMs` may be in the past. */
  readonly trouble: Trouble | null;
  readonly lastOkAtMs: number | null;
  /** Of a bridge: when it last brought an update of a parcel; null: never. */
  readonly bridgeUpdateAtMs: number | null;
  /** Of a bridge; null before its first run. */
  readonly silence: Silence | null;
  readonly nextSlotAtMs: number | null;
  readonly savings: Savings;
  readonly wakeAtMs: number | null;
  readonly plan: SpendPlan | null;
}

export interface Trouble {
  readonly state: PauseState;
  readonly reason: string;
  /** The number of failures in a row. */
  readonly times: number;
  /** No polls are made before this time. */
  readonly untilMs: number;
}

/** Consecutive calls in which the carrier refused every number. */
export interface Refusals {
  readonly calls: number;
  readonly numbers: number;
  /** No number was given up because of these refusals before this time. */
  readonly sinceMs: number;
}

/** The price of the account's calls and the ceiling it can afford, recomputed at intervals. */
export interface SpendPlan {
  readonly plannedAtMs: number;
  readonly price: number;
  readonly ceilingS: number;
  /** Whether the ceiling is longer than configured, because the budget does not suffice. */
  readonly stretched: boolean;
  /** The share of each hour (UTC) in a day's calls. */
  readonly hourShares: readonly number[];
  readonly activeTargets: number;
}
