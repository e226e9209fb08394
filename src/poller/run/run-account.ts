import { isDeepStrictEqual } from 'node:util';
import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { TrackOutcome } from '../../adapters/contract/pull.ts';
import { CALL_TIMEOUT_MS } from '../../adapters/index.ts';
import type { Accounts, PollingAccount } from '../../intake/index.ts';
import type { Wait } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { Sheds } from '../../platform/load/watch-load.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { CLOSED } from '../accounts/breaker.ts';
import type { AccountEventDeps } from '../accounts/events.ts';
import { accountInCharge } from '../accounts/in-charge.ts';
import { ensureState, readState, saveWake } from '../accounts/state.sql.ts';
import type { AccountState } from '../accounts/state.ts';
import { callsLeft } from '../budget/debit.ts';
import { debitCall, savingsNow } from '../budget/debit-call.ts';
import { usedCalls } from '../budget/ledger.sql.ts';
import { type AccountLimits, limitsOf } from '../budget/limits.ts';
import { currentPlan, type Policies, planOf } from '../budget/spend-plan.ts';
import { type Chosen, chooseDue } from '../due/choose.ts';
import type { Plan } from '../due/schedule.ts';
import { leaseTargets, nextDueAtMs } from '../due/targets.sql.ts';
import { type FinishDeps, type Pulled, storeAnswersAndReschedule } from './finish.ts';
import { type BreakerCell, type CallGuard, guardBreaker } from './guard.ts';
import { judgeAccount, judgeQuota } from './judge-account.ts';
import { isAboutCredentials } from './trouble.ts';

/**
 * Asks the carrier about at most `batchMax` numbers; returns one outcome for each, and never
 * rejects.
 */
export type Ask = (
  account: PollingAccount,
  numbers: readonly string[],
  guard: CallGuard,
) => Promise<readonly TrackOutcome[]>;

export interface RunDeps extends FinishDeps, AccountEventDeps {
  readonly log: Logger;
  readonly wait: Wait;
  readonly accounts: Pick<Accounts, 'forPolling' | 'pollable'>;
  readonly adapterOf: (carrier: string) => CarrierAdapter | undefined;
  readonly ask: Ask;
  /** The policy and table in use; they may change between runs. */
  readonly policies: () => Policies;
  /** The work to skip under overload; absent: none. */
  readonly load?: Sheds | undefined;
  /** When each account made its last planned call while polls were shed; every run respects it. */
  readonly plannedAtMs: Map<string, number>;
  /** Called with the results of pulls after they were stored. */
  readonly onPulled?: (account: PollingAccount, pulled: readonly Pulled[]) => Promise<void>;
}

export interface RunOutcome {
  /** When the account needs its next run; null: when something is due. */
  readonly nextWakeAtMs: number | null;
  readonly calls: number;
  /** The number of tracking numbers sent to the carrier. */
  readonly requested: number;
}

/** At least twice a call's time-out: a call may need four exchanges, and waits for its turn. */
export const LEASE_MS = 8 * CALL_TIMEOUT_MS;
/** The most calls in progress at once. */
const CALLS_AT_ONCE = 4;
/** A run releases the account after this, so that its plan and health are updated. */
const RUN_MS_MAX = 20_000;
/** While polls are shed, an account makes one planned call per this time. */
const WIDENED_MS = 30_000;
/** An account without due numbers runs again after this: plans become outdated. */
const RETRY_MS = 10 * 60_000;

/**
 * Runs an account once: while its budget allows and anything is due, leases the most valuable
 * numbers, polls them, stores the results and schedules each number's next poll.
 */
export async function runAccount(
  deps: RunDeps,
  accountId: string,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const account = await deps.accounts.forPolling(accountId);
  const adapter = account === null ? undefined : deps.adapterOf(account.carrier);
  if (account === null || adapter?.track === undefined) return NOTHING_TO_DO;
  if ((await accountInCharge(deps.accounts, account))?.id !== account.id) return NOTHING_TO_DO;
  const { pipeline } = deps.db;
  const state = await readOrCreateState(pipeline, account, deps.clock.nowMs());
  const run: Run = {
    deps,
    account,
    adapter,
    signal,
    calls: 0,
    requested: 0,
    limits: limitsOf(adapter.manifest.limits, account.caps, account.environment),
    breaker: { state: state?.breaker ?? CLOSED },
  };
  if (state !== null) await judgeQuota(deps, run, state);
  const endMs = deps.clock.nowMs() + RUN_MS_MAX;
  let wakeAtMs: number | null = null;
  while (wakeAtMs === null && !signal.aborted) {
    wakeAtMs = await makeCalls(run);
    if (wakeAtMs === null && deps.clock.nowMs() >= endMs) wakeAtMs = deps.clock.nowMs();
  }
  const nextWakeAtMs = Math.min(wakeAtMs ?? deps.clock.nowMs(), deps.clock.nowMs() + RETRY_MS);
  await saveWake(pipeline, accountId, nextWakeAtMs);
  return { nextWakeAtMs, calls: run.calls, requested: run.requested };
}

async function readOrCreateState(db: Queryable, account: PollingAccount, nowMs: number) {
  const state = await readState(db, account.id);
  if (state !== null) return state;
  await ensureState(db, account, nowMs);
  return readState(db, account.id);
}

const NOTHING_TO_DO: RunOutcome = { nextWakeAtMs: null, calls: 0, requested: 0 };

interface Run {
  readonly deps: RunDeps;
  readonly account: PollingAccount;
  readonly adapter: CarrierAdapter;
  readonly limits: AccountLimits;
  readonly breaker: BreakerCell;
  readonly signal: AbortSignal;
  calls: number;
  requested: number;
}

/** Makes a few calls at once. Returns when to continue, or null: at once. */
async function makeCalls(run: Run): Promise<number | null> {
  const { deps, account, limits } = run;
  const { pipeline } = deps.db;
  const nowMs = deps.clock.nowMs();
  const state = await readState(pipeline, account.id);
  if (state === null) return nowMs + RETRY_MS;
  if (state.trouble !== null && state.trouble.untilMs > nowMs) return state.trouble.untilMs;
  const policies = deps.policies();
  const spendPlan = await currentPlan(deps, state, limits, policies);
  const plan = planOf({ plan: spendPlan }, policies, run.adapter.manifest.limits);
  const planned = { ...state, plan: spendPlan };
  const isWidened = deps.load?.sheds('polls') === true;
  const heldUntilMs = (deps.plannedAtMs.get(account.id) ?? 0) + WIDENED_MS;
  // After the clock was set back, the account is still held no longer than that.
  const isHeld = isWidened && heldUntilMs > nowMs && heldUntilMs <= nowMs + WIDENED_MS;
  const plannedMax = isHeld ? 0 : 1;
  const budget = limitPlanned(
    await budgetOf(run, planned, nowMs),
    isWidened ? plannedMax : CALLS_AT_ONCE,
  );
  if (budget.pacedUntilMs > nowMs) return budget.pacedUntilMs;
  const wanted = Math.min(CALLS_AT_ONCE, Math.max(1, budget.refresh)) * limits.batchMax;
  const chosen = await chooseDue(pipeline, account, wanted, nowMs, plan);
  if (chosen.length === 0) return (await nextDueAtMs(pipeline, account)) ?? nowMs + RETRY_MS;
  const batches = batchesFor(chosen, limits.batchMax, budget);
  if (isHeld && chosen.every(({ purpose }) => purpose === 'planned')) return heldUntilMs;
  if (batches.length === 0) return whenAffordable(run, chosen[0]?.purpose ?? 'planned');
  const nextCallsMs = await Promise.all(batches.map((batch) => pollBatch(run, batch, plan)));
  const waits = nextCallsMs.filter((atMs) => atMs !== null);
  const nextMs = waits.length === batches.length ? Math.min(...waits) : null;
  if (!isWidened) return nextMs;
  const doneMs = deps.clock.nowMs();
  if (batches.some(({ purpose }) => purpose === 'planned')) {
    deps.plannedAtMs.set(account.id, doneMs);
  }
  if (batches.some(({ purpose }) => purpose !== 'planned')) return nextMs;
  return Math.max(nextMs ?? 0, doneMs + WIDENED_MS);
}

/** Reduces the budget under overload: refreshes and owed polls go on, planned ones are limited. */
function limitPlanned(budget: CallBudget, plannedMax: number): CallBudget {
  return { ...budget, planned: Math.min(plannedMax, budget.planned) };
}

/** Returns the calls available right now, by purpose. */
async function budgetOf(run: Run, state: AccountState, nowMs: number): Promise<CallBudget> {
  const { deps, account, limits, breaker } = run;
  const used = await usedCalls(deps.db.pipeline, account.id, limits.windows, nowMs);
  const savings = savingsNow(state, limits, nowMs);
  // A carrier that was down gets one call at a time until it answers.
  const most = breaker.state.phase === 'closed' ? CALLS_AT_ONCE : 1;
  return {
    refresh: Math.min(most, callsLeft(limits, used, 'refresh')),
    owed: Math.min(
      most,
      callsLeft(limits, used, 'owed'),
      Math.floor(Math.max(savings.planned, savings.owed)),
    ),
    planned: Math.min(most, callsLeft(limits, used, 'planned'), Math.floor(savings.planned)),
    pacedUntilMs: (state.nextSlotAtMs ?? 0) - PACED_MS > nowMs ? (state.nextSlotAtMs ?? 0) : 0,
  };
}

const IDLE_MS = 5_000;
/** A turn at most this far off is waited for within the run. */
const PACED_MS = 1_000;

/** Returns when the budget allows a call for due numbers, which it does not now. */
async function whenAffordable(run: Run, purpose: Batch['purpose']): Promise<number> {
  const { deps, account, limits } = run;
  const refused = await debitCall(deps, account.id, limits, purpose, { dry: true });
  const nowMs = deps.clock.nowMs();
  return refused.ok ? nowMs + PACED_MS : Math.max(nowMs + PACED_MS, refused.retryAtMs);
}

/**
 * Makes one call and applies its results. Returns when the account may call again; null: at once.
 */
async function pollBatch(run: Run, batch: Batch, plan: Plan): Promise<number | null> {
  const { deps, account, adapter } = run;
  const requestedAtMs = deps.clock.nowMs();
  const leased = await leaseTargets(deps.db.pipeline, account, batch.trackingNumbers, {
    nowMs: requestedAtMs,
    untilMs: requestedAtMs + LEASE_MS,
  });
  if (leased.length === 0) return null;
  const guard = guardFor(run, batch.purpose);
  const numbers = leased.map(({ trackingNumber }) => trackingNumber);
  const outcomes = await deps.ask(account, numbers, guard).catch((err: unknown) => {
    deps.log.error({ err, account: account.id }, 'an adapter failed; its numbers will be retried');
    return numbers.map(adapterFailed);
  });
  run.requested += numbers.length;
  const pulled = await storeAnswersAndReschedule(deps, {
    account,
    adapter,
    leased,
    outcomes,
    requestedAtMs,
    plan,
    isCarrierOut: guard.isCarrierOut(),
  });
  // A refusal of credentials that were replaced meanwhile says nothing about the new ones.
  const isOutdated = outcomes.some(isAboutCredentials) && (await haveNewCredentials(run));
  // Numbers that an adapter rejects by format were never sent, so this is no answer of the carrier.
  const isRejectedUnsent =
    guard.sent() === 0 && outcomes.every(({ outcome }) => outcome === 'refused');
  const saysNothing = isOutdated || isRejectedUnsent;
  const trouble = saysNothing ? null : await judgeAccount(deps, run, outcomes);
  if (pulled.length > 0) await deps.onPulled?.(account, pulled);
  if (isOutdated) return deps.clock.nowMs();
  if (trouble !== null) return trouble.untilMs;
  // Nothing was sent although nothing forbade it: another process may be probing the carrier.
  const isIdle = outcomes.every(({ outcome }) => outcome === 'unsent');
  return guard.refusedUntilMs() ?? (isIdle ? deps.clock.nowMs() + IDLE_MS : null);
}

async function haveNewCredentials({ deps, account }: Run): Promise<boolean> {
  const fresh = await deps.accounts.forPolling(account.id, { fresh: true });
  return fresh !== null && !isDeepStrictEqual(fresh.credentials, account.credentials);
}

function adapterFailed(trackingNumber: string): TrackOutcome {
  return { outcome: 'error', trackingNumber, reason: 'the adapter failed' };
}

/** Guards the calls of one ask: the first is booked for the purpose, the rest belong to it. */
function guardFor(run: Run, purpose: Batch['purpose']) {
  const { deps, account, limits, breaker, signal } = run;
  let sent = 0;
  let refusedUntilMs: number | null = null;
  const watched = guardBreaker(breaker, deps, signal);
  return {
    async debit() {
      const booked = await debitCall(deps, account.id, limits, sent === 0 ? purpose : 'more');
      if (!booked.ok) {
        refusedUntilMs = booked.retryAtMs;
        const waitMs = Math.max(0, booked.retryAtMs - deps.clock.nowMs());
        return { ok: false, retryAfterS: Math.ceil(waitMs / 1_000) } as const;
      }
      sent += 1;
      run.calls += 1;
      if (booked.waitMs > 0) await deps.wait(booked.waitMs);
      return { ok: true } as const;
    },
    breaker: watched,
    isCarrierOut: () => watched.isCarrierOut(),
    sent: () => sent,
    refusedUntilMs: () => refusedUntilMs,
  };
}

/** Calls that may be made right now, by purpose. */
interface CallBudget {
  readonly refresh: number;
  readonly owed: number;
  readonly planned: number;
  /** The account has no turn before this time; 0 if it has one now. */
  readonly pacedUntilMs: number;
}

/** The numbers of one call. */
interface Batch {
  readonly trackingNumbers: readonly string[];
  /** The strongest purpose among its numbers; the others fill up the call. */
  readonly purpose: Chosen['purpose'];
}

const STRENGTH: readonly Chosen['purpose'][] = ['refresh', 'owed', 'planned'];

/**
 * Returns the calls to make for chosen numbers, best first, as far as the budget allows. Numbers
 * with a stronger purpose go first, so that numbers that fill up their call cost nothing. Pure.
 */
function batchesFor(chosen: readonly Chosen[], batchMax: number, budget: CallBudget): Batch[] {
  const ordered = STRENGTH.flatMap((purpose) => chosen.filter((each) => each.purpose === purpose));
  const batches: Batch[] = [];
  for (let at = 0; at < ordered.length; at += batchMax) {
    const numbers = ordered.slice(at, at + batchMax);
    const purpose = numbers[0]?.purpose ?? 'planned';
    // Calls used by stronger purposes are unavailable to the weaker ones too.
    if (batches.length >= budget[purpose]) break;
    batches.push({ purpose, trackingNumbers: numbers.map((each) => each.trackingNumber) });
  }
  return batches;
}
