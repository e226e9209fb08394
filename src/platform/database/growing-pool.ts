import pg from 'pg';
import { type Timers, unheldTimers } from '../work/timers.ts';

/** A hub at rest does its work with these; a server process takes about 10 MB. */
const AT_REST = 3;
/** Several times what a new connection needs until its first answer. */
const WAIT_MS = 100;
const REVIEW_MS = 2_000;
/** Connections are closed only this long after somebody last had to wait for one. */
const SHORT_MS = 5_000;
/** The share of a pool that each review closes at most. */
const CLOSED_SHARE = 1 / 4;

/**
 * A pool that has a few connections, opens more while callers wait longer than a moment, and closes
 * them again while less than half of them are in use. Loops that all begin at the same time, for a
 * millisecond each, then share those few, instead of keeping as many open as are allowed.
 */
export class GrowingPool extends pg.Pool {
  readonly #connectionsMax: number;
  readonly #atRest: number;
  readonly #timers: Timers;
  #isWaited = false;
  #isReviewed = false;
  #shortAtMs = 0;
  #inUse = 0;
  /** The sum of times for which connections were in use, less the beginnings of current uses. */
  #usedMs = 0;

  constructor(config: pg.PoolConfig, timers: Timers = unheldTimers) {
    super(config);
    this.#connectionsMax = this.options.max;
    this.#atRest = Math.min(AT_REST, this.#connectionsMax);
    this.#timers = timers;
    this.options.max = this.#atRest;
    this.on('acquire', () => {
      this.#inUse += 1;
      this.#usedMs -= timers.nowMs();
    });
    this.on('release', () => {
      this.#inUse -= 1;
      this.#usedMs += timers.nowMs();
    });
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.PoolClient> | undefined {
    let lent: Promise<pg.PoolClient> | undefined;
    if (callback === undefined) lent = super.connect();
    else super.connect(callback);
    this.#growSoon();
    return lent;
  }

  /** The number of callers for whom there is no idle connection. */
  #unserved(): number {
    return this.waitingCount - this.idleCount;
  }

  #growSoon(): void {
    if (this.#isWaited || this.#unserved() <= 0) return;
    this.#isWaited = true;
    this.#timers.after(WAIT_MS, () => {
      this.#isWaited = false;
      if (this.#unserved() > 0) this.#grow();
      this.#growSoon();
    });
  }

  #grow(): void {
    this.#shortAtMs = this.#timers.nowMs();
    const { max } = this.options;
    const more = Math.min(this.#unserved(), max, this.#connectionsMax - max);
    for (let opened = 0; opened < more; opened += 1) {
      this.options.max += 1;
      // When it is open, it goes to whoever waits. If it cannot be opened, they wait on.
      super.connect().then((client) => client.release(), ignore);
    }
    this.#reviewSoon();
  }

  /** Closes some of the additional connections each time it finds them unused. */
  #reviewSoon(): void {
    if (this.#isReviewed || this.options.max === this.#atRest) return;
    this.#isReviewed = true;
    const usedMs = this.#usedUntil(this.#timers.nowMs());
    this.#timers.after(REVIEW_MS, () => {
      this.#isReviewed = false;
      const nowMs = this.#timers.nowMs();
      const inUse = (this.#usedUntil(nowMs) - usedMs) / REVIEW_MS;
      const isShort = nowMs - this.#shortAtMs < SHORT_MS;
      if (inUse < this.options.max / 2 && !isShort) this.#shrink();
      this.#reviewSoon();
    });
  }

  #usedUntil(nowMs: number): number {
    return this.#usedMs + this.#inUse * nowMs;
  }

  #shrink(): void {
    const fewer = Math.floor(this.options.max * (1 - CLOSED_SHARE));
    this.options.max = Math.max(this.#atRest, fewer);
    const surplus = Math.min(this.totalCount - this.options.max, this.idleCount);
    for (let closed = 0; closed < surplus; closed += 1) {
      super.connect().then((client) => client.release(true), ignore);
    }
  }
}

function ignore(): void {}

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: unknown) => void,
) => void;
