import type { Listener } from '../database/listen.ts';
import { systemTimers, type Timers } from './timers.ts';

/** Work that is checked for at intervals, and at once when woken. */
export interface Loop {
  /**
   * Runs a pass as soon as possible, or in this many milliseconds unless one runs earlier. A
   * wake-up during a pass causes one more pass after it, so none is lost; many cause one pass.
   */
  wake(inMs?: number): void;
  /** Resolves when a look that began after the call has ended, and rejects as that look did. */
  now(): Promise<void>;
  /** Runs a pass, and resolves when none is running or requested. Never rejects. */
  idle(): Promise<void>;
  /** Begins no look any more; resolves when the one under way has ended. */
  stop(): Promise<void>;
  /** For a long look that can end between two steps. */
  readonly stopping: boolean;
}

export interface LoopOptions {
  /** There are never two at once. */
  readonly run: () => unknown;
  /** Looks by itself this often, unless it is just looking; null: only when it is woken. */
  readonly everyMs: number | null;
  /**
   * Receives the error of a pass that nobody waits for; `retryMs` or the next wake-up repeats it.
   */
  readonly onFailure: (error: unknown) => void;
  /** Looks again this long after a look that failed; absent: when it would anyway. */
  readonly retryMs?: number;
  /** Wakes it, too: one that is lost costs at most `everyMs`. */
  readonly wokenBy?: WokenBy | null | undefined;
  readonly timers?: Timers;
}

export interface WokenBy {
  readonly listener: Pick<Listener, 'on'>;
  readonly channel: string;
  /** Waits this long for more of the same; default: not at all. */
  readonly afterMs?: number;
}

/** It does not look until it is woken, or `everyMs` is over for the first time. */
export function startLoop(options: LoopOptions): Loop {
  return new WorkLoop(options);
}

/** Looks once before it is there. Rejects when that fails, and leaves nothing running then. */
export async function openLoop(options: LoopOptions): Promise<Loop> {
  const loop = startLoop(options);
  try {
    await loop.now();
    return loop;
  } catch (error) {
    await loop.stop();
    throw error;
  }
}

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

class WorkLoop implements Loop {
  readonly #options: LoopOptions;
  readonly #timers: Timers;
  readonly #ends: (() => void)[] = [];
  #looking: Promise<void> | null = null;
  #isWoken = false;
  #waiters: Waiter[] = [];
  #later: { readonly atMs: number; readonly cancel: () => void } | null = null;
  stopping = false;

  constructor(options: LoopOptions) {
    const { everyMs, wokenBy, timers = systemTimers } = options;
    this.#options = options;
    this.#timers = timers;
    if (wokenBy) {
      const { listener, channel, afterMs } = wokenBy;
      this.#ends.push(listener.on(channel, () => this.wake(afterMs)));
    }
    if (everyMs === null) return;
    this.#ends.push(
      timers.every(everyMs, () => {
        if (this.#looking === null) this.wake();
      }),
    );
  }

  wake(inMs = 0): void {
    if (this.stopping) return;
    if (inMs > 0) this.#wakeLater(inMs);
    else if (this.#looking === null) this.#looking = this.#run();
    else this.#isWoken = true;
  }

  now(): Promise<void> {
    if (this.stopping) return this.#looking ?? Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.wake();
    });
  }

  async idle(): Promise<void> {
    this.wake();
    while (this.#looking !== null) await this.#looking;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    for (const end of this.#ends.splice(0)) end();
    this.#later?.cancel();
    this.#later = null;
    await this.#looking;
  }

  #wakeLater(inMs: number): void {
    const atMs = this.#timers.nowMs() + inMs;
    if (this.#later !== null && this.#later.atMs <= atMs) return;
    this.#later?.cancel();
    const cancel = this.#timers.after(inMs, () => {
      this.#later = null;
      this.wake();
    });
    this.#later = { atMs, cancel };
  }

  /** Never rejects. Runs further passes while any are requested. */
  async #run(): Promise<void> {
    const waiters = this.#waiters;
    this.#waiters = [];
    this.#isWoken = false;
    try {
      await this.#attempt();
      for (const { resolve } of waiters) resolve();
    } catch (error) {
      for (const { reject } of waiters) reject(error);
      if (waiters.length === 0) this.#options.onFailure(error);
      if (this.#options.retryMs !== undefined) this.wake(this.#options.retryMs);
    }
    this.#looking = null;
    if (this.stopping) for (const { resolve } of this.#waiters.splice(0)) resolve();
    else if (this.#isWoken || this.#waiters.length > 0) this.#looking = this.#run();
  }

  /** So that a look that throws before it waits ends like any other. */
  async #attempt(): Promise<void> {
    await this.#options.run();
  }
}
