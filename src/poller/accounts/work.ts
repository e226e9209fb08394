import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { CarrierSession, TrackOutcome } from '../../adapters/contract/pull.ts';
import type { Debit } from '../../adapters/index.ts';
import type { Handshakes, PollingAccount, Proofs } from '../../intake/index.ts';
import { errorText } from '../../platform/messages/error-text.ts';
import { type BridgeParts, parcelsToPoll } from '../bridges/bridge-parcels.ts';
import { keepRegistrations } from '../bridges/keep-registrations.ts';
import { notePulled, watchSilence } from '../bridges/watch-silence.ts';
import { debitCall } from '../budget/debit-call.ts';
import { type AccountLimits, limitsOf } from '../budget/limits.ts';
import type { Plans } from '../due/plans.ts';
import { noSystem } from '../no-system.ts';
import { fetchProofs } from '../proofs/fetch-proofs.ts';
import {
  coverAccount,
  type KeepSubscriptionsDeps,
  keepSubscriptions,
  watchPush,
} from '../push/keep-subscriptions.ts';
import { createHandshakePerformer, type HandshakePerformer } from '../push/perform-handshakes.ts';
import type { PoliciesInUse } from '../relearn/relearn.ts';
import type { Pulled } from '../run/finish.ts';
import { type CallGuard, guardBreaker } from '../run/guard.ts';
import { type RunDeps, type RunOutcome, runAccount } from '../run/run-account.ts';
import { withStorableAnswers } from '../storable-answers.ts';
import { CLOSED } from './breaker.ts';
import { createSessions, type Sessions, type SessionsDeps } from './sessions.ts';
import { readState } from './state.sql.ts';

export interface AccountWorkDeps
  extends Omit<RunDeps, 'ask' | 'policies' | 'onPulled' | 'plannedAtMs'>,
    KeepSubscriptionsDeps,
    SessionsDeps {
  readonly plans: Pick<Plans, 'planOf'>;
  readonly bridges: BridgeParts;
  readonly handshakes: Pick<Handshakes, 'waiting' | 'done' | 'dropOld'>;
  readonly proofs: Pick<Proofs, 'store' | 'assertStorable'>;
  readonly policies: PoliciesInUse;
  readonly onAnswered?: (carrier: string, outcomes: readonly TrackOutcome[]) => void;
  /** Schedules a run of the account no later than `atMs`. */
  readonly wake: (accountId: string, atMs: number) => void;
}

/** All work done for accounts with carriers, however it is scheduled. */
export interface AccountWork {
  /** Runs an account once: its polls, its push subscriptions, then proofs of delivery. */
  run(accountId: string, signal: AbortSignal): Promise<RunOutcome>;
  readonly handshakes: HandshakePerformer;
}

/**
 * How often an account's subscriptions are checked, so that new parcels are pushed within minutes.
 */
const SUBSCRIPTIONS_MS = 2 * 60_000;
/** Proofs never schedule an account's next run sooner than this. */
const PROOFS_PAUSE_MS = 1_000;
const NEVER = new AbortController().signal;

export function createAccountWork(given: AccountWorkDeps): AccountWork {
  return new CarrierWork(given);
}

class CarrierWork implements AccountWork {
  readonly #deps: AccountWorkDeps;
  readonly #sessions: Sessions;
  readonly #subscriptionsCheckedAtMs = new Map<string, number>();
  readonly #run: RunDeps;
  readonly handshakes: HandshakePerformer;

  constructor(given: AccountWorkDeps) {
    this.#deps = { ...given, adapterOf: withStorableAnswers(given.adapterOf) };
    this.#sessions = createSessions(this.#deps);
    this.#run = {
      ...this.#deps,
      policies: () => this.#deps.policies.current(),
      plannedAtMs: new Map(),
      ask: (account, numbers, guard) => this.#ask(account, numbers, guard),
      onPulled: (account, pulled) => this.#onPulled(account, pulled),
    };
    this.handshakes = createHandshakePerformer({
      ...this.#deps,
      sessionOf: async (accountId) => {
        const account = await this.#deps.accounts.forPolling(accountId);
        return account === null ? null : this.#sessionOf(account);
      },
    });
  }

  async #ask(
    account: PollingAccount,
    numbers: readonly string[],
    guard: CallGuard,
  ): Promise<readonly TrackOutcome[]> {
    const outcomes = await this.#track(account, numbers, guard);
    this.#deps.onAnswered?.(account.carrier, outcomes);
    return outcomes;
  }

  /**
   * Polls the numbers with one account. If the account cannot be used, each outcome is
   * `scope_missing` and no call is made.
   */
  async #track(
    account: PollingAccount,
    numbers: readonly string[],
    guard: CallGuard,
  ): Promise<readonly TrackOutcome[]> {
    const adapter = this.#deps.adapterOf(account.carrier);
    const session = adapter === undefined ? null : this.#sessions.open(account, adapter, guard);
    if (session === null || adapter?.track === undefined) {
      const reason = errorText(noSystem(account));
      return numbers.map((trackingNumber) => ({
        outcome: 'scope_missing',
        trackingNumber,
        reason,
      }));
    }
    if (adapter.bridge === undefined) return adapter.track(numbers, session);
    const { db, bridges } = this.#deps;
    const parcelOf = await parcelsToPoll(db.pipeline, bridges, account, numbers);
    return adapter.track(numbers, { ...session, parcelOf });
  }

  /**
   * Compares the poll's results with pushes; if the state of push changed, plans the numbers anew.
   */
  async #onPulled(account: PollingAccount, pulled: readonly Pulled[]): Promise<void> {
    const adapter = this.#deps.adapterOf(account.carrier);
    if (adapter?.bridge !== undefined) await notePulled(this.#deps, account, pulled);
    if (adapter === undefined || !(await watchPush(this.#deps, account, pulled))) return;
    await coverAccount(this.#deps, account, adapter);
    this.#deps.wake(account.id, this.#deps.clock.nowMs());
  }

  /** Opens a session for calls that are not polls: they need no plan, but obey the same limits. */
  async #sessionOf(
    account: PollingAccount,
    adapter: CarrierAdapter | undefined = this.#deps.adapterOf(account.carrier),
  ): Promise<CarrierSession | null> {
    if (adapter === undefined || account.disabledAtMs !== null) return null;
    const limits = limitsOf(adapter.manifest.limits, account.caps, account.environment);
    const cell = {
      state: (await readState(this.#deps.db.pipeline, account.id))?.breaker ?? CLOSED,
    };
    return this.#sessions.open(account, adapter, {
      debit: () => this.#debit(account, limits),
      breaker: guardBreaker(cell, this.#deps, NEVER),
    });
  }

  async #debit(account: PollingAccount, limits: AccountLimits): Promise<Debit> {
    const booked = await debitCall(this.#deps, account.id, limits, 'more');
    if (booked.ok) {
      if (booked.waitMs > 0) await this.#deps.wait(booked.waitMs);
      return { ok: true };
    }
    const waitMs = Math.max(0, booked.retryAtMs - this.#deps.clock.nowMs());
    return { ok: false, retryAfterS: Math.ceil(waitMs / 1_000) };
  }

  /**
   * Checks the account's push subscriptions and registrations, unless that was done within
   * `SUBSCRIPTIONS_MS`.
   */
  async #checkSubscriptions(accountId: string): Promise<void> {
    const nowMs = this.#deps.clock.nowMs();
    if (nowMs - (this.#subscriptionsCheckedAtMs.get(accountId) ?? 0) < SUBSCRIPTIONS_MS) return;
    this.#subscriptionsCheckedAtMs.set(accountId, nowMs);
    const account = await this.#deps.accounts.forPolling(accountId);
    const adapter = account === null ? undefined : this.#deps.adapterOf(account.carrier);
    if (account === null || adapter === undefined) return;
    const session = await this.#sessionOf(account, adapter);
    if (session === null) return;
    await keepSubscriptions(this.#deps, account, adapter, session);
    if (adapter.bridge === undefined) return;
    await watchSilence(this.#deps, account);
    if (await keepRegistrations(this.#deps, account, adapter.bridge, session)) {
      this.#deps.wake(accountId, this.#deps.clock.nowMs());
    }
  }

  /** Fetches due proofs of delivery; returns when the next is due, null if none is. */
  async #fetchProofs(accountId: string, signal: AbortSignal): Promise<number | null> {
    const account = await this.#deps.accounts.forPolling(accountId);
    const adapter = account === null ? undefined : this.#deps.adapterOf(account.carrier);
    if (account === null || adapter === undefined || account.disabledAtMs !== null) return null;
    return fetchProofs(
      { ...this.#deps, openSession: this.#sessions.open },
      account,
      adapter,
      signal,
    );
  }

  async run(accountId: string, signal: AbortSignal): Promise<RunOutcome> {
    const outcome = await runAccount(this.#run, accountId, signal);
    if (outcome.nextWakeAtMs === null || signal.aborted) return outcome;
    await this.#checkSubscriptions(accountId).catch((err: unknown) => {
      this.#deps.log.warn(
        { err, account: accountId },
        'webhook subscriptions could not be checked',
      );
    });
    const proofsAtMs = await this.#fetchProofs(accountId, signal).catch((err: unknown) => {
      this.#deps.log.warn({ err, account: accountId }, 'proofs of delivery could not be requested');
      return null;
    });
    const nextWakeAtMs = Math.min(
      outcome.nextWakeAtMs,
      Math.max(proofsAtMs ?? Number.POSITIVE_INFINITY, this.#deps.clock.nowMs() + PROOFS_PAUSE_MS),
    );
    return { ...outcome, nextWakeAtMs };
  }
}
