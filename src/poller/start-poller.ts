import type { CarrierAdapter } from '../adapters/contract.ts';
import type { CarrierSession, TrackOutcome } from '../adapters/contract-pull.ts';
import type { Accounts, Handshakes, Inbox, PollingAccount } from '../intake/index.ts';
import type { Clock, RandomBytes, Wait } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { createHttpClient } from '../platform/http-client.ts';
import type { Listener } from '../platform/listen.ts';
import type { Logger } from '../platform/log.ts';
import type { Registry } from '../platform/metrics.ts';
import type { WakeQueue } from '../platform/queue.ts';
import { readState } from './account-state.sql.ts';
import { CLOSED } from './breaker.ts';
import { debitCall } from './budget/debit-call.ts';
import { limitsOf } from './budget/limits.ts';
import { chores } from './chores.ts';
import { followLog } from './follow-log.ts';
import type { Plans } from './plans.ts';
import type { PoliciesInUse } from './policies-in-use.ts';
import { createPollerMetrics } from './poller-metrics.ts';
import { coverAccount, keepSubscriptions } from './push/keep-subscriptions.ts';
import { createHandshakePerformer } from './push/perform-handshakes.ts';
import { watchPush } from './push/watch-push.ts';
import { learnAside } from './relearn/learn-aside.ts';
import { startRelearning } from './relearn.ts';
import type { Pulled } from './run/finish.ts';
import { type CallGuard, guardBreaker } from './run/guard.ts';
import { type RunDeps, runAccount } from './run/run-account.ts';
import { createSessions, type SessionsDeps } from './sessions.ts';
import { startWakeLoop, type WakeLoop } from './wake.ts';
import { WAKE_CHANNEL } from './waker.ts';

export interface PollerDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly queue: WakeQueue;
  readonly listener: Pick<Listener, 'on'>;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly accounts: Pick<Accounts, 'forPolling' | 'pollable'>;
  readonly handshakes: Pick<Handshakes, 'waiting' | 'done' | 'dropOld'>;
  readonly inbox: Pick<Inbox, 'storeWithin' | 'announce'>;
  readonly adapterOf: (carrier: string) => CarrierAdapter | undefined;
  readonly originOf: SessionsDeps['originOf'];
  readonly plans: Plans;
  readonly policies: PoliciesInUse;
  /** How the world reaches us. */
  readonly publicUrl: () => string;
  readonly headerName: (carrier: string) => string | undefined;
}

export interface Poller {
  /** Ends what is under way, gives the rest to others. */
  stop(): Promise<void>;
}

/** Subscriptions of an account are looked at this often: new parcels are pushed within minutes. */
const SUBSCRIPTIONS_MS = 2 * 60_000;
const NEVER = new AbortController().signal;

/** The role: everything that asks carriers, put together. May run in any number of processes. */
export async function startPoller(deps: PollerDeps): Promise<Poller> {
  const { db, clock, log } = deps;
  const http = createHttpClient();
  let loop: WakeLoop | null = null;
  const metrics = createPollerMetrics({
    ...{ registry: deps.metrics, db: db.pipeline, log },
    nowMs: () => clock.nowMs(),
    running: () => loop?.running() ?? 0,
  });
  const sessions = createSessions({ ...deps, http, onExchange: metrics.exchanged });
  const lastKept = new Map<string, number>();

  const run: RunDeps = {
    ...deps,
    policies: () => deps.policies.current(),
    async ask(account, numbers, guard) {
      const outcomes = await ask(account, numbers, guard);
      metrics.answered(account.carrier, outcomes);
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
    const reason = `there is no ${account.environment} system of this carrier to ask`;
    return numbers.map((trackingNumber) => ({ outcome: 'scope_missing', trackingNumber, reason }));
  }

  async function onPulled(account: PollingAccount, pulled: readonly Pulled[]): Promise<void> {
    const adapter = deps.adapterOf(account.carrier);
    if (adapter === undefined || !(await watchPush(deps, account, pulled))) return;
    await coverAccount(deps, account, adapter);
    loop?.wake(account.id, clock.nowMs());
  }

  /** For what is no poll: a call that needs no plan, within the same limits. */
  async function sessionOf(account: PollingAccount): Promise<CarrierSession | null> {
    const adapter = deps.adapterOf(account.carrier);
    if (adapter === undefined || account.disabledAtMs !== null) return null;
    const limits = limitsOf(adapter.manifest.limits, account.caps);
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
    const session = await sessionOf(account);
    if (session !== null) await keepSubscriptions(deps, account, adapter, session);
  }

  async function look(accountId: string, signal: AbortSignal) {
    const outcome = await runAccount(run, accountId, signal);
    if (outcome.nextWakeAtMs !== null && !signal.aborted) {
      await subscribe(accountId).catch((err: unknown) => {
        log.warn({ err, account: accountId }, 'push subscriptions could not be looked after');
      });
    }
    return outcome;
  }

  await deps.policies.refresh();
  const started = await startWakeLoop({
    ...deps,
    accounts: async () => {
      const accounts = await deps.accounts.pollable();
      return accounts.filter(({ carrier }) => deps.adapterOf(carrier)?.track !== undefined);
    },
    runAccount: look,
    observe: metrics,
  });
  loop = started;
  const consumer = followLog({
    ...deps,
    planOf: deps.plans.planOf,
    onDue: (group, dueAtMs) => {
      deps.plans
        .accountOf(group)
        .then((accountId) => (accountId === null ? null : started.wake(accountId, dueAtMs)))
        .catch((err: unknown) => log.warn({ err }, 'new work could not be told'));
    },
  });
  const handshakes = createHandshakePerformer({
    ...deps,
    async sessionOf(accountId) {
      const account = await deps.accounts.forPolling(accountId);
      return account === null ? null : sessionOf(account);
    },
  });
  const unsubscribe = deps.listener.on(WAKE_CHANNEL, (accountId) => {
    if (accountId !== null && accountId !== '') started.nudge(accountId);
  });
  const housework = chores(deps, handshakes);
  const learning = startRelearning({ ...deps, learn: learnAside }, () => deps.policies.refresh());
  return {
    async stop() {
      unsubscribe();
      await learning.stop();
      await housework.stop();
      await consumer.stop();
      await started.stop();
      http.close();
    },
  };
}
