import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { WakeQueue } from '../../platform/queue/queue.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import { createPools } from './pools.ts';
import { createWakeSignals, type WakeSignals } from './signals.ts';
import {
  addMissing,
  bringForward,
  dropUnknown,
  extendLeases,
  type Lease,
  nextDue,
  overlooked,
  releaseAccount,
  takeLease,
  type WakeRequest,
} from './wakes.sql.ts';

export interface WakeAccount {
  readonly id: string;
  readonly carrier: string;
}

export interface WakeLoopDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly queue: WakeQueue;
  /** Returns all accounts that can poll, of every tenant. */
  readonly accounts: () => Promise<readonly WakeAccount[]>;
  /** Runs an account once; returns when the next run is due, null: when something is due. */
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
  /** An account runs, this long after its due time; null: taken over from a dead process. */
  begun(carrier: string, lagMs: number | null): void;
  ended(carrier: string, tookMs: number, failed: boolean): void;
}

export interface WakeLoop {
  /** Schedules a run of the account no later than `atMs`. Many calls at once cost one statement. */
  wake(accountId: string, atMs: number): void;
  /** Wakes the account at once, after its row in the table was changed. */
  wakeSoon(accountId: string): void;
  /** The number of accounts running in this process. */
  running(): number;
  /** Starts no more runs, waits for those in progress, leaves the rest to other processes. */
  stop(): Promise<void>;
}

/**
 * A dead process's accounts are free after LEASE_MS and found within SWEEP_MS, so within 30 s. A
 * process that lives renews three times in that time.
 */
const LEASE_MS = 18_000;
const RENEW_MS = 6_000;
const SWEEP_MS = 5_000;
/** A wake-up younger than this is still in the queue. */
const OVERDUE_MS = 2_000;
/**
 * The queue had two sweeps' time to wake such an account, so it lost the wake-up, or its server is
 * down; the sweep starts the account without the queue.
 */
const UNHEARD_MS = 2 * SWEEP_MS;
const OVERLOOKED_MAX = 500;
const REQUESTS_MS = 20;
/** The number of queue handlers at once; each takes milliseconds. */
const CONCURRENCY = 16;

/**
 * Runs every account when it is due, in one process at a time. PostgreSQL stores when that is, and
 * the queue only wakes; the process that runs an account has a lease on it, which it renews. A
 * handler of the queue takes the lease and returns at once, so that no slow carrier occupies one of
 * the queue's few places. Only the start and the stop wait for the queue: without it, accounts run
 * when a sweep finds them, at most `UNHEARD_MS + SWEEP_MS` late.
 */
export async function startWakeLoop(deps: WakeLoopDeps): Promise<WakeLoop> {
  const accounts = new AccountWakes(deps);
  await accounts.start();
  return accounts;
}

class AccountWakes implements WakeLoop {
  readonly #deps: WakeLoopDeps;
  readonly #db: Database['pipeline'];
  readonly #pools = createPools();
  readonly #runs = new Map<string, Lease>();
  /** Work until its lease is released, which is later than the end of the run. */
  readonly #ending = new Set<Promise<void>>();
  readonly #carriers = new Map<string, string>();
  readonly #failures = new Map<string, number>();
  readonly #requests = new Map<string, number>();
  readonly #signals: WakeSignals;
  readonly #abort = new AbortController();
  readonly #sweeping: Loop;
  readonly #renewing: Loop;
  readonly #requesting: Loop;

  constructor(deps: WakeLoopDeps) {
    const { log } = deps;
    this.#deps = deps;
    this.#db = deps.db.pipeline;
    this.#signals = createWakeSignals({
      queue: deps.queue,
      onFailure: (err, account) => log.warn({ err, account }, 'an account could not be woken'),
    });
    this.#sweeping = startLoop({
      run: () => this.#sweep(),
      everyMs: SWEEP_MS * (0.9 + 0.1 * this.#random()),
      onFailure: (err) => log.warn({ err }, 'the accounts could not be swept'),
    });
    this.#renewing = startLoop({
      run: () => this.#renew(),
      everyMs: RENEW_MS,
      onFailure: (err) => log.warn({ err }, 'leases could not be renewed'),
    });
    this.#requesting = startLoop({
      run: () => this.#sendRequests(),
      everyMs: null,
      onFailure: (err) => log.warn({ err }, 'wake-ups could not be requested'),
    });
  }

  async start(): Promise<void> {
    await this.#deps.queue.start((id) => this.#startIfPlace(id), { concurrency: CONCURRENCY });
    this.#sweeping.wake();
  }

  wake(accountId: string, atMs: number): void {
    this.#requests.set(accountId, Math.min(atMs, this.#requests.get(accountId) ?? atMs));
    this.#requesting.wake(REQUESTS_MS);
  }

  wakeSoon(accountId: string): void {
    this.#signals.send(accountId, this.#deps.clock.nowMs());
  }

  running(): number {
    return this.#pools.size();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#signals.stop();
    await this.#requesting.stop();
    await this.#sendRequests();
    await this.#sweeping.stop();
    await this.#deps.queue.stop();
    while (this.#ending.size > 0) await Promise.all(this.#ending);
    await this.#renewing.stop();
  }

  #random(): number {
    return (this.#deps.randomBytes(1)[0] ?? 0) / 256;
  }

  /** Starts a woken account if its carrier's pool has a place; otherwise it waits there. */
  async #startIfPlace(accountId: string): Promise<void> {
    if (this.#abort.signal.aborted) return;
    if (!this.#carriers.has(accountId)) await this.#loadAccounts();
    const carrier = this.#carriers.get(accountId);
    if (carrier === undefined) return; // disabled, or deleted
    // A running account will be woken again according to its row in the table.
    if (this.#runs.has(accountId)) return;
    if (this.#pools.enter(carrier, accountId)) await this.#begin(carrier, accountId);
  }

  /**
   * Starts the run of an account that has a place in the pool: takes its lease, or gives up the
   * place.
   */
  async #begin(carrier: string, accountId: string): Promise<void> {
    const nowMs = this.#deps.clock.nowMs();
    let lease: Lease | null = null;
    try {
      lease = await takeLease(this.#db, accountId, nowMs, nowMs + LEASE_MS);
    } finally {
      if (lease === null) this.#leave(carrier, accountId, 0);
    }
    if (lease === null) {
      const dueMs = await nextDue(this.#db, accountId);
      if (dueMs !== null) this.#signals.send(accountId, dueMs);
      return;
    }
    this.#deps.observe?.begun(carrier, lease.dueAtMs === null ? null : nowMs - lease.dueAtMs);
    this.#runs.set(accountId, lease);
    this.#awaitAtStop(this.#run(lease, carrier, nowMs));
  }

  /** Makes `stop` wait for this work, which never rejects. */
  #awaitAtStop(work: Promise<void>): void {
    this.#ending.add(work);
    void work.then(() => this.#ending.delete(work));
  }

  /** Gives the place to the first waiting account that may have it. */
  #leave(carrier: string, accountId: string, tookMs: number): void {
    const next = this.#pools.leave(carrier, accountId, tookMs);
    if (next === null || this.#abort.signal.aborted) return;
    const begun = this.#begin(carrier, next).catch((err: unknown) => {
      this.#deps.log.warn({ err, account: next }, 'an account could not be taken');
    });
    this.#awaitAtStop(begun);
  }

  /** Runs the account and gives it back. Never rejects. */
  async #run(lease: Lease, carrier: string, startedMs: number): Promise<void> {
    const { clock, log, observe } = this.#deps;
    const { accountId } = lease;
    let nextMs: number | null;
    let failed = false;
    try {
      ({ nextWakeAtMs: nextMs } = await this.#deps.runAccount(accountId, this.#abort.signal));
      this.#failures.delete(accountId);
    } catch (err) {
      failed = true;
      const times = (this.#failures.get(accountId) ?? 0) + 1;
      this.#failures.set(accountId, times);
      nextMs = clock.nowMs() + failurePauseMs(times, this.#random());
      log.warn({ err, account: accountId, carrier }, 'an account run failed');
    }
    const endedMs = clock.nowMs();
    this.#runs.delete(accountId);
    this.#leave(carrier, accountId, endedMs - startedMs);
    observe?.ended(carrier, endedMs - startedMs, failed);
    try {
      const wantedMs = nextMs === null ? null : withJitter(nextMs, endedMs, this.#random());
      const dueMs = await releaseAccount(this.#db, lease, wantedMs);
      if (dueMs !== null) this.#signals.send(accountId, dueMs);
    } catch (err) {
      // The lease expires, and the next sweep takes the account over.
      log.warn({ err, account: accountId }, 'an account could not be released');
    }
  }

  /** Reads which accounts exist and with which carrier, and forgets the failures of the others. */
  async #loadAccounts(): Promise<void> {
    const accounts = await this.#deps.accounts();
    this.#carriers.clear();
    for (const { id, carrier } of accounts) this.#carriers.set(id, carrier);
    for (const id of this.#failures.keys()) {
      if (!this.#carriers.has(id)) this.#failures.delete(id);
    }
  }

  /**
   * Adds rows for new accounts, removes those of unknown ones, and wakes accounts that were
   * overlooked; those that were woken in vain are started.
   */
  async #sweep(): Promise<void> {
    await this.#loadAccounts();
    const ids = [...this.#carriers.keys()];
    const nowMs = this.#deps.clock.nowMs();
    await addMissing(this.#db, ids, nowMs - OVERDUE_MS);
    await dropUnknown(this.#db, ids);
    // Otherwise, the accounts of a hanging carrier could be all that are found, again and again.
    const known = this.#pools.accountIds();
    const found = await overlooked(this.#db, nowMs, OVERDUE_MS, OVERLOOKED_MAX, known);
    const unheardBeforeMs = nowMs - UNHEARD_MS;
    for (const { accountId, freeSinceMs } of found) {
      if (!this.#carriers.has(accountId) || this.#runs.has(accountId)) continue;
      if (freeSinceMs > unheardBeforeMs) this.#signals.send(accountId, nowMs);
      else await this.#startIfPlace(accountId);
    }
  }

  async #renew(): Promise<void> {
    const { clock, log } = this.#deps;
    const held = [...this.#runs.values()];
    for (const id of await extendLeases(this.#db, held, clock.nowMs() + LEASE_MS)) {
      // The numbers and tokens it leases are fenced, so both runs may end normally.
      if (this.#runs.has(id)) log.warn({ account: id }, 'an account was taken by another process');
    }
  }

  async #sendRequests(): Promise<void> {
    const requests: WakeRequest[] = [...this.#requests].map(([accountId, atMs]) => ({
      accountId,
      atMs,
    }));
    this.#requests.clear();
    if (requests.length === 0) return;
    for (const { accountId, atMs } of await bringForward(this.#db, requests)) {
      this.#signals.send(accountId, atMs);
    }
  }
}

/** Runs due at nearly the same time are spread, so that they do not coincide again and again. */
const JITTER_SHARE = 0.05;
const JITTER_MS_MAX = 2_000;
const PAUSE_MS = 5_000;
const PAUSE_MS_MAX = 5 * 60_000;

/**
 * Returns a time a little after `atMs`, never before it: many accounts of one carrier are due at
 * the full hour.
 *
 * @param random in [0, 1).
 */
function withJitter(atMs: number, nowMs: number, random: number): number {
  const spreadMs = Math.min(Math.max(0, atMs - nowMs) * JITTER_SHARE, JITTER_MS_MAX);
  return Math.ceil(atMs + spreadMs * random);
}

/** The pause after a run that failed `times` times in a row: twice as long each time. */
function failurePauseMs(times: number, random: number): number {
  const pauseMs = Math.min(PAUSE_MS * 2 ** Math.min(times - 1, 20), PAUSE_MS_MAX);
  return Math.round(pauseMs * (0.8 + 0.4 * random));
}
