import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { CarrierSession, TrackOutcome } from '../../adapters/contract/pull.ts';
import type { Handshakes, PollingAccount, Proofs } from '../../intake/index.ts';
import { debitCall } from '../budget/debit-call.ts';
import { limitsOf } from '../budget/limits.ts';
import { noSystem } from '../no-system.ts';
import { fetchProofs } from '../proofs/fetch-proofs.ts';
import {
  coverAccount,
  type KeepSubscriptionsDeps,
  keepSubscriptions,
} from '../push/keep-subscriptions.ts';
import { createHandshakePerformer, type HandshakePerformer } from '../push/perform-handshakes.ts';
import { watchPush } from '../push/watch-push.ts';
import type { PoliciesInUse } from '../relearn/policies-in-use.ts';
import type { Pulled } from '../run/finish.ts';
import { type CallGuard, guardBreaker } from '../run/guard.ts';
import { type RunDeps, type RunOutcome, runAccount } from '../run/run-account.ts';
import { withStorableAnswers } from '../storable-answers.ts';
import { CLOSED } from './breaker.ts';
import { createSessions, type SessionsDeps } from './sessions.ts';
import { readState } from './state.sql.ts';

export interface AccountWorkDeps
  extends Omit<RunDeps, 'ask' | 'policies' | 'onPulled'>,
    KeepSubscriptionsDeps,
    SessionsDeps {
  readonly handshakes: Pick<Handshakes, 'waiting' | 'done' | 'dropOld'>;
  readonly proofs: Pick<Proofs, 'store'>;
  readonly policies: PoliciesInUse;
  readonly onAnswered?: (carrier: string, outcomes: readonly TrackOutcome[]) => void;
  /** Has an account looked at no later than that. */
  readonly wake: (accountId: string, atMs: number) => void;
}

/** All that is done for accounts at their carriers, whoever says when. */
export interface AccountWork {
  /** One look at an account: its polls, its push subscriptions, then proofs of delivery. */
  look(accountId: string, signal: AbortSignal): Promise<RunOutcome>;
  readonly handshakes: HandshakePerformer;
}

/** Subscriptions of an account are looked at this often: new parcels are pushed within minutes. */
const SUBSCRIPTIONS_MS = 2 * 60_000;
/** Proofs never bring an account back sooner than this. */
const PROOFS_PAUSE_MS = 1_000;
const NEVER = new AbortController().signal;

export function createAccountWork(given: AccountWorkDeps): AccountWork {
  const deps = { ...given, adapterOf: withStorableAnswers(given.adapterOf) };
  const { db, clock, log } = deps;
  const sessions = createSessions(deps);
  const lastKept = new Map<string, number>();

  const run: RunDeps = {
    ...deps,
    policies: () => deps.policies.current(),
    async ask(account, numbers, guard) {
      const outcomes = await ask(account, numbers, guard);
      deps.onAnswered?.(account.carrier, outcomes);
      return outcomes;
    },
    onPulled,
  };

  async function ask(
    account: PollingAccount,
    numbers: readonly string[],
    guard: CallGuard,
  ): Promise<readonly TrackOutcome[]> {
    const adapter = deps.adapterOf(account.carrier);
    const session = adapter === undefined ? null : sessions.open(account, adapter, guard);
    if (session !== null && adapter?.track !== undefined) return adapter.track(numbers, session);
    const reason = noSystem(account);
    return numbers.map((trackingNumber) => ({ outcome: 'scope_missing', trackingNumber, reason }));
  }

  async function onPulled(account: PollingAccount, pulled: readonly Pulled[]): Promise<void> {
    const adapter = deps.adapterOf(account.carrier);
    if (adapter === undefined || !(await watchPush(deps, account, pulled))) return;
    await coverAccount(deps, account, adapter);
    deps.wake(account.id, clock.nowMs());
  }

  /** For what is no poll: a call that needs no plan, within the same limits. */
  async function sessionOf(
    account: PollingAccount,
    adapter: CarrierAdapter | undefined = deps.adapterOf(account.carrier),
  ): Promise<CarrierSession | null> {
    if (adapter === undefined || account.disabledAtMs !== null) return null;
    const limits = limitsOf(adapter.manifest.limits, account.caps, account.environment);
    const cell = { state: (await readState(db.pipeline, account.id))?.breaker ?? CLOSED };
    return sessions.open(account, adapter, {
      async debit() {
        const booked = await debitCall(deps, account.id, limits, 'more');
        if (booked.ok) {
          if (booked.waitMs > 0) await deps.wait(booked.waitMs);
          return { ok: true };
        }
        const waitMs = Math.max(0, booked.retryAtMs - clock.nowMs());
        return { ok: false, retryAfterS: Math.ceil(waitMs / 1_000) };
      },
      breaker: guardBreaker(cell, deps, NEVER),
    });
  }

  async function subscribe(accountId: string): Promise<void> {
    const nowMs = clock.nowMs();
    if (nowMs - (lastKept.get(accountId) ?? 0) < SUBSCRIPTIONS_MS) return;
    lastKept.set(accountId, nowMs);
    const account = await deps.accounts.forPolling(accountId);
    const adapter = account === null ? undefined : deps.adapterOf(account.carrier);
    if (account === null || adapter === undefined) return;
    const session = await sessionOf(account, adapter);
    if (session !== null) await keepSubscriptions(deps, account, adapter, session);
  }

  async function proofs(accountId: string, signal: AbortSignal): Promise<number | null> {
    const account = await deps.accounts.forPolling(accountId);
    const adapter = account === null ? undefined : deps.adapterOf(account.carrier);
    if (account === null || adapter === undefined || account.disabledAtMs !== null) return null;
    return fetchProofs({ ...deps, openSession: sessions.open }, account, adapter, signal);
  }

  return {
    async look(accountId, signal) {
      const outcome = await runAccount(run, accountId, signal);
      if (outcome.nextWakeAtMs !== null && !signal.aborted) {
        await subscribe(accountId).catch((err: unknown) => {
          log.warn({ err, account: accountId }, 'webhook subscriptions could not be checked');
        });
        const proofsAtMs = await proofs(accountId, signal).catch((err: unknown) => {
          log.warn({ err, account: accountId }, 'proofs of delivery could not be requested');
          return null;
        });
        const nextWakeAtMs = Math.min(
          outcome.nextWakeAtMs,
          Math.max(proofsAtMs ?? Number.POSITIVE_INFINITY, clock.nowMs() + PROOFS_PAUSE_MS),
        );
        return { ...outcome, nextWakeAtMs };
      }
      return outcome;
    },
    handshakes: createHandshakePerformer({
      ...deps,
      async sessionOf(accountId) {
        const account = await deps.accounts.forPolling(accountId);
        return account === null ? null : sessionOf(account);
      },
    }),
  };
}
