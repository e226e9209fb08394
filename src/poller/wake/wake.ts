import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { WakeQueue } from '../../platform/queue/queue.ts';
import { failurePauseMs, jittered } from './pauses.ts';
import { createPools } from './pools.ts';
import {
  addMissing,
  bringForward,
  dropUnknown,
  extendLeases,
  giveBack,
  type Lease,
  nextDue,
  overlooked,
  takeLease,
} from './wakes.sql.ts';

export interface WakeAccount {
  readonly id: string;
  readonly carrier: string;
}

export interface WakeLoopDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly queue: WakeQueue;
  /** All accounts that can be asked, of every tenant. */
  readonly accounts: () => Promise<readonly WakeAccount[]>;
  /** One look at an account; answers when the next is wanted, null: when something is due. */
  readonly runAccount: (
    accountId: string,
    signal: AbortSignal,
  ) => Promise<{ readonly nextWakeAtMs: number | null }>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly observe?: WakeObserver;
}

export interface WakeObserver {
  /** An account is looked at this long after it was wanted; null: taken over from a dead process. */
  begun(carrier: string, lagMs: number | null): void;
  ended(carrier: string, tookMs: number, failed: boolean): void;
}

export interface WakeLoop {
  /** Has an account looked at no later than `atMs`. Many calls at once cost one statement. */
  wake(accountId: string, atMs: number): void;
  /** What stands in the table has changed: the account is called at once. */
  wakeSoon(accountId: string): void;
  /** Accounts being looked at in this process. */
  running(): number;
  /** Begins no more, waits for what is under way, leaves the rest to others. */
  stop(): Promise<void>;
}

/**
 * A dead process's accounts are free after LEASE_MS and found within SWEEP_MS: within 30 s. A
 * process that lives renews three times in that time.
 */
const LEASE_MS = 18_000;
const RENEW_MS = 6_000;
const SWEEP_MS = 5_000;
/** Younger than this a wake-up is still on its way through the queue. */
const OVERDUE_MS = 2_000;
const OVERLOOKED_MAX = 500;
const REQUESTS_MS = 20;
/** Handlers of the queue at once; each is done in milliseconds. */
const CONCURRENCY = 16;

/**
 * Keeps every account looked at when it is due, by one process at a time. When that is stands in
 * PostgreSQL, the queue only calls; whoever holds an account holds a lease that it renews. A
 * handler of the queue takes the lease and lets go at once, so no slow carrier sits on a place of
 * the queue, which has few.
 */
export async function startWakeLoop(deps: WakeLoopDeps): Promise<WakeLoop> {
  const { db, queue, clock, log } = deps;
  const pools = createPools();
  const runs = new Map<string, Lease>();
  /** What is under way, until its lease is given back: longer than it counts as a run. */
  const ending = new Set<Promise<void>>();
  const carriers = new Map<string, string>();
  const failures = new Map<string, number>();
  const wakeRequests = new Map<string, number>();
  /** Wait for a place in their carrier's pool, in the order in which they came. */
  const waiting = new Map<string, Set<string>>();
  const abort = new AbortController();
  let requestTimer: NodeJS.Timeout | null = null;
  let looking: Promise<void> | null = null;
  let renewing: Promise<void> = Promise.resolve();

  const random = (): number => (deps.randomBytes(1)[0] ?? 0) / 256;

  async function call(accountId: string, atMs: number): Promise<void> {
    if (abort.signal.aborted) return;
    await queue.wake(accountId, atMs);
  }

  async function take(accountId: string): Promise<void> {
    if (abort.signal.aborted) return;
    if (!carriers.has(accountId)) await learnAccounts();
    const carrier = carriers.get(accountId);
    if (carrier === undefined) return; // disabled, or deleted
    // What is being looked at already will be called again by what stands in the table.
    if (runs.has(accountId)) return;
    if (pools.enter(carrier, accountId)) await begin(carrier, accountId);
    else queueOf(carrier).add(accountId);
  }

  /** With a place in the pool: takes the lease and starts, or leaves again. */
  async function begin(carrier: string, accountId: string): Promise<void> {
    const nowMs = clock.nowMs();
    let lease: Lease | null = null;
    try {
      lease = await takeLease(db.pipeline, accountId, nowMs, nowMs + LEASE_MS);
    } finally {
      if (lease === null) leave(carrier, accountId, 0);
    }
    if (lease === null) {
      const dueMs = await nextDue(db.pipeline, accountId);
      if (dueMs !== null) await call(accountId, dueMs);
      return;
    }
    deps.observe?.begun(carrier, lease.dueAtMs === null ? null : nowMs - lease.dueAtMs);
    runs.set(accountId, lease);
    follow(run(lease, carrier, nowMs));
  }

  /** Has `stop` wait for what never rejects. */
  function follow(work: Promise<void>): void {
    ending.add(work);
    void work.then(() => ending.delete(work));
  }

  /** Gives the place to the first that waits and may have it. */
  function leave(carrier: string, accountId: string, tookMs: number): void {
    pools.leave(carrier, accountId, tookMs);
    if (abort.signal.aborted) return;
    const queued = queueOf(carrier);
    for (const next of queued) {
      if (!pools.enter(carrier, next)) continue;
      queued.delete(next);
      const begun = begin(carrier, next).catch((err: unknown) => {
        log.warn({ err, account: next }, 'an account could not be taken');
      });
      follow(begun);
      return;
    }
  }

  function queueOf(carrier: string): Set<string> {
    const queued = waiting.get(carrier) ?? new Set();
    waiting.set(carrier, queued);
    return queued;
  }

  /** Never rejects. */
  async function run(lease: Lease, carrier: string, startedMs: number): Promise<void> {
    const { accountId } = lease;
    let nextMs: number | null;
    let failed = false;
    try {
      ({ nextWakeAtMs: nextMs } = await deps.runAccount(accountId, abort.signal));
      failures.delete(accountId);
    } catch (err) {
      failed = true;
      const times = (failures.get(accountId) ?? 0) + 1;
      failures.set(accountId, times);
      nextMs = clock.nowMs() + failurePauseMs(times, random());
      log.warn({ err, account: accountId, carrier }, 'an account could not be looked at');
    }
    const endedMs = clock.nowMs();
    runs.delete(accountId);
    leave(carrier, accountId, endedMs - startedMs);
    deps.observe?.ended(carrier, endedMs - startedMs, failed);
    try {
      const wantedMs = nextMs === null ? null : jittered(nextMs, endedMs, random());
      const dueMs = await giveBack(db.pipeline, lease, wantedMs);
      if (dueMs !== null) await call(accountId, dueMs);
    } catch (err) {
      // Its lease runs out, and whoever sweeps next takes it up.
      log.warn({ err, account: accountId }, 'an account could not be given back');
    }
  }

  async function learnAccounts(): Promise<void> {
    const accounts = await deps.accounts();
    carriers.clear();
    for (const { id, carrier } of accounts) carriers.set(id, carrier);
    for (const id of failures.keys()) if (!carriers.has(id)) failures.delete(id);
  }

  async function sweep(): Promise<void> {
    await learnAccounts();
    const ids = [...carriers.keys()];
    const nowMs = clock.nowMs();
    await addMissing(db.pipeline, ids, nowMs - OVERDUE_MS);
    await dropUnknown(db.pipeline, ids);
    for (const id of await overlooked(db.pipeline, nowMs, OVERDUE_MS, OVERLOOKED_MAX)) {
      if (carriers.has(id) && !runs.has(id)) await call(id, nowMs);
    }
  }

  function look(): void {
    looking ??= sweep()
      .catch((err: unknown) => log.warn({ err }, 'the accounts could not be looked through'))
      .finally(() => {
        looking = null;
      });
  }

  async function renew(): Promise<void> {
    const held = [...runs.values()];
    if (held.length === 0) return;
    for (const id of await extendLeases(db.pipeline, held, clock.nowMs() + LEASE_MS)) {
      // What it leases itself, numbers and tokens, is fenced: both may end in peace.
      if (runs.has(id)) log.warn({ account: id }, 'an account was taken by another process');
    }
  }

  async function sendWakeRequests(): Promise<void> {
    const told = [...wakeRequests].map(([accountId, atMs]) => ({ accountId, atMs }));
    wakeRequests.clear();
    for (const { accountId, atMs } of await bringForward(db.pipeline, told)) {
      await call(accountId, atMs);
    }
  }

  const sweeper = setInterval(look, SWEEP_MS * (0.9 + 0.1 * random()));
  const renewer = setInterval(() => {
    renewing = renew().catch((err: unknown) => log.warn({ err }, 'leases could not be renewed'));
  }, RENEW_MS);
  await queue.start(take, { concurrency: CONCURRENCY });
  look();

  return {
    wake(accountId, atMs) {
      wakeRequests.set(accountId, Math.min(atMs, wakeRequests.get(accountId) ?? atMs));
      requestTimer ??= setTimeout(() => {
        requestTimer = null;
        sendWakeRequests().catch((err: unknown) => log.warn({ err }, 'wakeups could not be told'));
      }, REQUESTS_MS);
    },
    wakeSoon(accountId) {
      call(accountId, clock.nowMs()).catch((err: unknown) => {
        log.warn({ err, account: accountId }, 'an account could not be called');
      });
    },
    running: () => pools.size(),
    async stop() {
      clearInterval(sweeper);
      abort.abort();
      if (requestTimer !== null) clearTimeout(requestTimer);
      if (wakeRequests.size > 0) await sendWakeRequests();
      await looking;
      await queue.stop();
      while (ending.size > 0) await Promise.all(ending);
      clearInterval(renewer);
      await renewing;
    },
  };
}
