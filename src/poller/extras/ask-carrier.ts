import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { CarrierSession } from '../../adapters/contract/pull.ts';
import type { AccountEnvironment, Accounts, PollingAccount } from '../../intake/index.ts';
import type { ErrorText } from '../../kernel/errors.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock, RandomBytes, Wait } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import { CLOSED } from '../accounts/breaker.ts';
import type { Sessions } from '../accounts/sessions.ts';
import { ensureState, readState } from '../accounts/state.sql.ts';
import type { PauseState } from '../accounts/state.ts';
import { debitCall } from '../budget/debit-call.ts';
import { type AccountLimits, limitsOf } from '../budget/limits.ts';
import type { Plans } from '../due/plans.ts';
import { noSystem } from '../no-system.ts';
import { type CallGuard, guardBreaker } from '../run/guard.ts';

export interface AskCarrierDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly randomBytes: RandomBytes;
  readonly accounts: Pick<Accounts, 'forPolling'>;
  readonly plans: Pick<Plans, 'accountOf'>;
  readonly openSession: Sessions['open'];
}

/** The merchant's account in charge, ready for calls, or why no call is possible. */
export type Ready = { readonly outcome: 'ready'; readonly account: PollingAccount } | NotReady;

export type NotReady =
  | { readonly outcome: 'no_account' }
  /** The carrier has no system for the account's environment. */
  | { readonly outcome: 'no_system'; readonly reason: ErrorText }
  | {
      readonly outcome: 'paused';
      readonly state: PauseState;
      readonly reason: string;
      readonly untilMs: number;
      readonly retryAfterS: number;
    };

export type CarrierAnswer<T> =
  | { readonly outcome: 'asked'; readonly value: T; readonly environment: AccountEnvironment }
  | NotReady;

/** A person waits at a page: if the account's turn comes later than this, that is the answer. */
const TURN_MS_MAX = 8_000;
/**
 * Another call may use the turn that was waited for, so the wait is repeated this often at most.
 */
const TURNS_MAX = 5;
const NEVER = new AbortController().signal;

/**
 * Returns the account that would make the call, or why it cannot: no account, or paused. Makes no
 * call.
 */
export async function readyAccount(
  deps: AskCarrierDeps,
  tenant: Tenant,
  carrier: string,
): Promise<Ready> {
  const accountId = await deps.plans.accountOf({ ...tenant, carrier });
  const account = accountId === null ? null : await deps.accounts.forPolling(accountId);
  if (account === null || account.disabledAtMs !== null) return { outcome: 'no_account' };
  const nowMs = deps.clock.nowMs();
  const { pipeline } = deps.db;
  await ensureState(pipeline, account, nowMs);
  const trouble = (await readState(pipeline, account.id))?.trouble ?? null;
  if (trouble === null || trouble.untilMs <= nowMs) return { outcome: 'ready', account };
  const { state, reason, untilMs } = trouble;
  const retryAfterS = Math.max(1, Math.ceil((untilMs - nowMs) / 1_000));
  return { outcome: 'paused', state, reason, untilMs, retryAfterS };
}

/**
 * Makes a call to a carrier that is not about tracking, for a person who waits. Every call is
 * booked in the account's ledger, so that no limit is broken, and is refused once such calls have
 * used their share. The account's state is left alone: other products of a carrier have limits and
 * permissions of their own, and their answers must not end the polling.
 */
export async function askWith<T>(
  deps: AskCarrierDeps,
  account: PollingAccount,
  adapter: CarrierAdapter,
  work: (session: CarrierSession) => Promise<T>,
): Promise<CarrierAnswer<T>> {
  const limits = limitsOf(adapter.manifest.limits, account.caps, account.environment);
  const cell = { state: (await readState(deps.db.pipeline, account.id))?.breaker ?? CLOSED };
  const session = deps.openSession(account, adapter, {
    debit: () => debitInTurn(deps, account.id, limits),
    breaker: guardBreaker(cell, deps, NEVER),
  });
  if (session === null) return { outcome: 'no_system', reason: noSystem(account) };
  return { outcome: 'asked', value: await work(session), environment: account.environment };
}

/** Waits for the account's turn if it is near; otherwise returns how far off it is. */
async function debitInTurn(
  deps: AskCarrierDeps,
  accountId: string,
  limits: AccountLimits,
): ReturnType<CallGuard['debit']> {
  const latestMs = deps.clock.nowMs() + TURN_MS_MAX;
  for (let turn = 1; ; turn += 1) {
    const booked = await debitCall(deps, accountId, limits, 'extra');
    if (booked.ok) {
      if (booked.waitMs > 0) await deps.wait(booked.waitMs);
      return { ok: true };
    }
    const waitMs = Math.max(0, booked.retryAtMs - deps.clock.nowMs());
    if (booked.reason !== 'pace' || booked.retryAtMs > latestMs || turn >= TURNS_MAX) {
      return { ok: false, retryAfterS: Math.max(1, Math.ceil(waitMs / 1_000)) };
    }
    await deps.wait(waitMs);
  }
}
