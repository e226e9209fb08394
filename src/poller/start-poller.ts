import type { CarrierAdapter } from '../adapters/contract/contract.ts';
import { readEntry } from '../events/read-entry.ts';
import type { Accounts, Handshakes, Inbox, Proofs } from '../intake/index.ts';
import type { Clock, RandomBytes, Wait } from '../platform/clock.ts';
import type { Database } from '../platform/database/database.ts';
import type { Listener } from '../platform/database/listen.ts';
import { type Consumer, startConsumer } from '../platform/event-log/log-consumer.ts';
import type { Sheds } from '../platform/load/watch-load.ts';
import { createHttpClient } from '../platform/net/http-client.ts';
import type { Logger } from '../platform/observability/log.ts';
import type { Registry } from '../platform/observability/metrics.ts';
import type { WakeQueue } from '../platform/queue/queue.ts';
import { type Loop, startLoop } from '../platform/work/loop.ts';
import { accountsToAsk } from './accounts/in-charge.ts';
import type { SessionsDeps } from './accounts/sessions.ts';
import { createAccountWork } from './accounts/work.ts';
import type { BridgeParts } from './bridges/bridge-parcels.ts';
import { forgetOldParcels } from './bridges/known-parcels.sql.ts';
import { dropOfRemovedAccounts } from './bridges/registrations.sql.ts';
import { dropOldMinutes } from './budget/ledger.sql.ts';
import { type Plans, runTimers, type TimerDeps } from './due/plans.ts';
import { type ProjectionDeps, project } from './due/projection.ts';
import { createPollerMetrics } from './poller-metrics.ts';
import type { HandshakePerformer } from './push/perform-handshakes.ts';
import { learnInChildProcess } from './relearn/learn-in-child.ts';
import { type PoliciesInUse, startRelearning } from './relearn/relearn.ts';
import type { CredentialVerifier } from './verify/credential-verifier.ts';
import { type VerifyWaitingDeps, verifyWaiting } from './verify/verify-waiting.ts';
import { startWakeLoop, type WakeLoop } from './wake/wake.ts';
import { WAKE_CHANNEL } from './wake/waker.ts';

export interface PollerDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly queue: WakeQueue;
  readonly listener: Pick<Listener, 'on'>;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly accounts: Pick<Accounts, 'forPolling' | 'pollable' | 'takeToVerify' | 'keepVerdict'>;
  readonly verifier: CredentialVerifier;
  readonly handshakes: Pick<Handshakes, 'waiting' | 'done' | 'dropOld'>;
  readonly inbox: Pick<Inbox, 'storeWithin' | 'announce'>;
  readonly proofs: Pick<Proofs, 'store' | 'assertStorable'>;
  readonly adapterOf: (carrier: string) => CarrierAdapter | undefined;
  readonly originOf: SessionsDeps['originOf'];
  readonly plans: Plans;
  readonly bridges: BridgeParts;
  readonly policies: PoliciesInUse;
  /** The URL at which carriers reach this hub. */
  readonly publicUrl: () => string;
  readonly headerName: (carrier: string) => string | undefined;
  /** Whether work that people wait for is pending, so that this should pause; absent: never. */
  readonly givesWay?: () => boolean;
  /** The work to skip under overload; absent: none. */
  readonly load?: Sheds;
}

export interface Poller {
  /** Stops: running work ends, the rest is released to other processes. */
  stop(): Promise<void>;
}

/**
 * Starts the poller's role, i.e. everything that calls carriers. Any number of processes may run
 * it.
 */
export async function startPoller(deps: PollerDeps): Promise<Poller> {
  const { db, clock, log } = deps;
  const http = createHttpClient();
  let loop: WakeLoop | null = null;
  const metrics = createPollerMetrics({
    registry: deps.metrics,
    db: db.pipeline,
    log,
    nowMs: () => clock.nowMs(),
    running: () => loop?.running() ?? 0,
  });
  const work = createAccountWork({
    ...deps,
    http,
    onExchange: metrics.exchanged,
    onAnswered: metrics.answered,
    wake: (accountId, atMs) => loop?.wake(accountId, atMs),
  });

  await deps.policies.refresh();
  const wakeLoop = await startWakeLoop({
    ...deps,
    accounts: async () => {
      const accounts = await accountsToAsk(deps.accounts);
      return accounts.filter(({ carrier }) => deps.adapterOf(carrier)?.track !== undefined);
    },
    runAccount: (accountId, signal) => work.run(accountId, signal),
    observe: metrics,
  });
  loop = wakeLoop;
  const consumer = consumeLog({
    ...deps,
    planOf: deps.plans.planOf,
    onDue: (group, dueAtMs) => {
      deps.plans
        .accountOf(group)
        .then((accountId) => (accountId === null ? null : wakeLoop.wake(accountId, dueAtMs)))
        .catch((err: unknown) => log.warn({ err }, 'new work could not be announced'));
    },
  });
  const unsubscribe = deps.listener.on(WAKE_CHANNEL, (accountId) => {
    if (accountId !== null && accountId !== '') wakeLoop.wakeSoon(accountId);
  });
  const housework = startChores(deps, work.handshakes, (id, atMs) => wakeLoop.wake(id, atMs));
  const learning = startRelearning({ ...deps, learn: learnInChildProcess }, () =>
    deps.policies.refresh(),
  );
  return {
    async stop() {
      unsubscribe();
      // Learning may take a minute more, and must not delay the release of leases.
      const learningStopped = learning.stop();
      await housework.stop();
      await consumer.stop();
      await wakeLoop.stop();
      http.close();
      await learningStopped;
    },
  };
}

interface ChoresDeps extends Omit<TimerDeps, 'planOf'>, Omit<VerifyWaitingDeps, 'wake'> {
  readonly log: Logger;
  readonly plans: Plans;
  readonly policies: PoliciesInUse;
  readonly handshakes: Pick<Handshakes, 'dropOld'>;
}

const HANDSHAKES_MS = 3_000;
/** Frequent, because somebody who has just stored the credentials may be watching. */
const VERIFYING_MS = 5_000;
const TIMERS_MS = 15_000;
const TABLES_MS = 60_000;
const CLEARING_MS = 3_600_000;
/** How long the ledger is retained; budgets need one day. */
const RETENTION_MS = 3 * 86_400_000;
/** Timers that expired while no process ran are handled in batches, not at once. */
const ROUNDS_MAX = 20;

/** Starts periodic work that does not belong to an account. Each kind is safe in many processes. */
function startChores(
  deps: ChoresDeps,
  handshakes: HandshakePerformer,
  wake: VerifyWaitingDeps['wake'],
): { stop(): Promise<void> } {
  const timerDeps = { ...deps, planOf: deps.plans.planOf };
  const running = [
    startChore(deps, HANDSHAKES_MS, 'handshakes', () => handshakes.perform()),
    startChore(deps, VERIFYING_MS, 'credentials', () =>
      repeatUntilNone(() => verifyWaiting({ ...deps, wake })),
    ),
    startChore(deps, TIMERS_MS, 'timers', () => repeatUntilNone(() => runTimers(timerDeps))),
    startChore(deps, TABLES_MS, 'learned tables', () => deps.policies.refresh()),
    startChore(deps, CLEARING_MS, 'old rows', async () => {
      await dropOldMinutes(deps.db.pipeline, deps.clock.nowMs() - RETENTION_MS);
      await deps.handshakes.dropOld();
      await dropOfRemovedAccounts(deps.db.pipeline);
      await forgetOldParcels(deps.db.pipeline, deps.clock.nowMs());
    }),
  ];
  return {
    async stop() {
      await Promise.all(running.map((each) => each.stop()));
    },
  };
}

/** Starts one kind of periodic work; a failure is logged and the work repeated at the next time. */
function startChore(
  { log }: ChoresDeps,
  everyMs: number,
  chore: string,
  run: () => Promise<unknown>,
): Loop {
  const onFailure = (err: unknown) =>
    log.warn({ err, chore }, 'a periodic task failed and will be retried next time');
  return startLoop({ run, everyMs, onFailure });
}

/** Repeats a step until it handled nothing, at most `ROUNDS_MAX` times. */
async function repeatUntilNone(step: () => Promise<number>): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) if ((await step()) === 0) return;
}

export interface PollerConsumerDeps extends ProjectionDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly listener: Pick<Listener, 'on'>;
  readonly log: Logger;
  /** Whether work that people wait for is pending, so that this should pause; absent: never. */
  readonly givesWay?: () => boolean;
}

const NAME = 'poller';
/** A batch costs one read and one write of the index, however many entries it has. */
const SHARDS_TOGETHER = 64;
const ENTRIES_MAX = 1_000;
/** How long entries are gathered: nothing becomes due so soon that this delay matters. */
const GATHERS_MS = 250;

/** Keeps the due index in step with the event log, by a cursor of its own. */
export function consumeLog(deps: PollerConsumerDeps): Consumer {
  return startConsumer({
    name: NAME,
    db: deps.db,
    listener: deps.listener,
    log: deps.log,
    batchMax: ENTRIES_MAX,
    shardsTogether: SHARDS_TOGETHER,
    gathersMs: GATHERS_MS,
    ...(deps.givesWay === undefined ? {} : { givesWay: deps.givesWay }),
    mayFallBehind: true,
    read: readEntry,
    handle: (events) => project(deps, events),
  });
}
