import type { AdapterLimits } from '../../adapters/contract/contract.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { savePlan } from '../accounts/state.sql.ts';
import type { AccountState, SpendPlan } from '../accounts/state.ts';
import type { Plan } from '../due/schedule.ts';
import { type TargetGroup, toParcelView } from '../due/target.ts';
import { countActive, sampleTargets } from '../due/targets.sql.ts';
import type { HazardTables } from '../hazard/compile.ts';
import type { ParcelView, PollPolicy, Spend } from '../policy/policy.ts';
import { spendFor } from '../policy/price.ts';
import { type AccountLimits, plannedPerHour } from './limits.ts';

/** The operator's shortest and longest pause between two polls of a parcel, whatever the budget. */
export interface Pauses {
  readonly floorS: number;
  readonly ceilingS: number;
}

/** What decides about calls for all accounts; each account adds a price of its own. */
export interface Policies {
  readonly policy: PollPolicy;
  readonly tables: HazardTables;
  readonly pauses: Pauses;
}

const PLAN_VALID_MS = 10 * 60_000;
/** The number of parcels from which the price is computed. */
const SAMPLE = 200;
/** Sampled pages also contain other groups' parcels and ended ones, so more are drawn. */
const DRAW_MARGIN = 3;
/**
 * The ceiling reported is longer by this factor than the budget would allow, because calls to
 * parcels with a likely update delay the others' turns.
 */
const STRETCHED_MARGIN = 1.07;
/**
 * Polls at the ceiling become due a little before it, so that waiting for a turn does not exceed
 * it.
 */
const CEILING_SHARE = 0.92;
/**
 * The minimum price of a call: where a carrier states no limits, updates delayed by a minute or two
 * are still worth a call. Without it every parcel would be polled at the floor.
 */
const PRICE_MIN = 0.002;
/** The price before the first computation. */
const PRICE_FIRST = 0.05;

/** Returns the price and pauses that policies and rankings use. */
function spendOf(plan: SpendPlan | null, { floorS, ceilingS }: Pauses): Spend {
  return {
    price: plan?.price ?? PRICE_FIRST,
    ceilingS: Math.max(floorS, (plan?.ceilingS ?? ceilingS) * CEILING_SHARE),
    floorS,
  };
}

/**
 * Returns the account's plan for polls from its stored state and its carrier's limits; without a
 * state, the default price.
 */
export function planOf(
  state: Pick<AccountState, 'plan'> | null,
  policies: Policies,
  { parcelPauseS }: Pick<AdapterLimits, 'parcelPauseS'> = {},
): Plan {
  const { policy, tables, pauses } = policies;
  return { policy, tables, spend: spendOf(state?.plan ?? null, pauses), parcelPauseS };
}

/** Returns the account's current plan, or computes a new one when that is too old. */
export async function currentPlan(
  { db, clock }: { readonly db: Pick<Database, 'pipeline'>; readonly clock: Clock },
  state: AccountState,
  limits: AccountLimits,
  policies: Policies,
): Promise<SpendPlan> {
  const nowMs = clock.nowMs();
  if (state.plan !== null && nowMs - state.plan.plannedAtMs < PLAN_VALID_MS) return state.plan;
  const active = await countActive(db.pipeline, state);
  const sample = await drawSample(db, state, active);
  const plan = computePlan(sample.map(toParcelView), active, {
    nowMs,
    limits,
    policies,
    before: state.plan,
  });
  await savePlan(db.pipeline, state.accountId, plan);
  return plan;
}

/** Draws parcels of the group for the price: all of a small group, random pages of a large one. */
async function drawSample(
  { pipeline }: Pick<Database, 'pipeline'>,
  group: TargetGroup,
  active: number,
): ReturnType<typeof sampleTargets> {
  if (active <= SAMPLE * DRAW_MARGIN) return sampleTargets(pipeline, group, 100, active);
  const drawn = await sampleTargets(pipeline, group, (SAMPLE * DRAW_MARGIN * 100) / active, SAMPLE);
  // The rows of a small group in a large table may be on other pages than those sampled.
  return drawn.length >= SAMPLE / 4 ? drawn : sampleTargets(pipeline, group, 100, SAMPLE);
}

interface PlanConditions {
  readonly nowMs: number;
  readonly limits: AccountLimits;
  readonly policies: Policies;
  readonly before: SpendPlan | null;
}

const hourOf = (ms: number) => Math.floor(ms / 3_600_000);

/**
 * Computes the price at which the account's parcels spend its budget, and the affordable ceiling.
 * Pure.
 */
function computePlan(
  sample: ReturnType<typeof toParcelView>[],
  active: number,
  { nowMs, limits, policies, before }: PlanConditions,
): SpendPlan {
  const { policy, tables, pauses } = policies;
  const share = active === 0 ? 1 : sample.length / active;
  const numbersPerHour = plannedPerHour(limits) * limits.batchMax * share;
  const spend = spendFor(sample, numbersPerHour, tables, { nowMs, ...pauses });
  const plan: SpendPlan = {
    plannedAtMs: nowMs,
    price: Math.max(PRICE_MIN, spend.price),
    ceilingS: spend.stretched ? spend.ceilingS * STRETCHED_MARGIN : pauses.ceilingS,
    stretched: spend.stretched,
    hourShares: [],
    activeTargets: active,
  };
  // The day's curve changes more slowly than the price and takes longest to compute.
  if (before !== null && hourOf(before.plannedAtMs) === hourOf(nowMs)) {
    return { ...plan, hourShares: before.hourShares };
  }
  const hourShares = dayCurve(sample, nowMs, { policy, tables, spend: spendOf(plan, pauses) });
  return { ...plan, hourShares };
}

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** The number of parcels sampled: enough to show the day's curve. */
const SAMPLE_MAX = 32;
/**
 * Hours computed as one step, because a policy may take a tenth of a millisecond for a long wait.
 */
const STEP_HOURS = 2;
/**
 * Each hour gets at least this part of an even share, because unexpected updates also come at
 * night.
 */
const SHARE_MIN = 0.2;
/**
 * Each hour gets at most this multiple of an even share: calls made in one hour are missing a day
 * later, when the window is still full.
 */
const SHARE_MAX = 2;

/**
 * Computes how a day's calls are spread over its hours (UTC): each hour gets the share that its
 * parcels would need at the present price, so that calls are available when updates come. Returns
 * twenty-four numbers that sum to 1, the first for the hour from midnight. Pure.
 */
function dayCurve(
  parcels: readonly ParcelView[],
  nowMs: number,
  { policy, spend }: Plan,
): number[] {
  const step = Math.max(1, Math.ceil(parcels.length / SAMPLE_MAX));
  const sampled = parcels.filter((_, index) => index % step === 0);
  const calls = Array.from({ length: HOURS }, () => 0);
  const firstMs = Math.ceil(nowMs / HOUR_MS) * HOUR_MS;
  for (const parcel of sampled) {
    for (let index = 0; index < HOURS; index += STEP_HOURS) {
      const atMs = firstMs + index * HOUR_MS;
      const hour = Math.floor(atMs / HOUR_MS) % HOURS;
      const next = policy.next({ ...parcel, lastPolledAtMs: atMs }, atMs, spend);
      const waitH = (next.atMs - atMs) / HOUR_MS;
      for (let step = 0; step < STEP_HOURS; step += 1) {
        const hourOfStep = (hour + step) % HOURS;
        calls[hourOfStep] = (calls[hourOfStep] ?? 0) + 1 / Math.max(0.1, waitH);
      }
    }
  }
  return toShares(calls);
}

/**
 * Converts calls per hour to shares of the day within the limits per hour; even shares if there are
 * none.
 */
function toShares(calls: readonly number[]): number[] {
  const sum = calls.reduce((total, each) => total + each, 0);
  if (sum <= 0) return calls.map(() => 1 / HOURS);
  // Bounded twice, because what is cut off at the top is distributed among the rest.
  return clampShares(clampShares(calls.map((each) => each / sum)));
}

/** Limits each share to the range allowed for an hour, then scales them to sum to 1. */
function clampShares(shares: readonly number[]): number[] {
  const cut = shares.map((each) => Math.min(SHARE_MAX / HOURS, Math.max(SHARE_MIN / HOURS, each)));
  const all = cut.reduce((total, each) => total + each, 0);
  return cut.map((each) => each / all);
}
