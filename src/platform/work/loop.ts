import type { Listener } from '../database/listen.ts';
import { systemTimers, type Timers } from './timers.ts';

/** Work that is done in passes at intervals, and at once when woken. */
export interface Loop {
  /**
   * Runs a pass as soon as possible, or in this many milliseconds unless one runs earlier. A
   * wake-up during a pass causes one more pass after it, so none is lost; many cause one pass.
   */
  wake(inMs?: number): void;
  /** Resolves when a pass that began after the call has ended, and rejects if that pass did. */
  now(): Promise<void>;
  /** Runs a pass, and resolves when none is running or requested. Never rejects. */
  idle(): Promise<void>;
  /** Begins no further pass; resolves when the one in progress has ended. */
  stop(): Promise<void>;
  /** Whether it is being stopped, for a long pass that can end between two steps. */
  readonly stopping: boolean;
}

export interface LoopOptions {
  /** Does one pass; there are never two at once. */
  readonly run: () => unknown;
  /** The interval of passes, without one while a pass runs; null: only when woken. */
  readonly everyMs: number | null;
  /**
   * Receives the error of a pass that nobody waits for; `retryMs` or the next wake-up repeats it.
   */
  readonly onFailure: (error: unknown) => void;
  /** The pause before the next pass after one that failed; absent: as usual. */
  readonly retryMs?: number;
  /** Another source of wake-ups; a lost one costs at most `everyMs`. */
  readonly wokenBy?: WokenBy | null | undefined;
  readonly timers?: Timers;
}

interface WokenBy {
  readonly listener: Pick<Listener, 'on'>;
  readonly channel: string;
  /** How long to wait for more wake-ups of the same kind; default: not at all. */
  readonly afterMs?: number;
}

/** Starts a loop. Its first pass comes when it is woken, or after `everyMs`. */
export function startLoop(options: LoopOptions): Loop {
  return new WorkLoop(options);
}

/** Starts a loop after a first pass. If that fails, it rejects and leaves nothing running. */
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
  readonly #endings: (() => void)[] = [];
  #pass: Promise<void> | null = null;
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
      this.#endings.push(listener.on(channel, () => this.wake(afterMs)));
    }
    if (everyMs === null) return;
    this.#endings.push(
      timers.every(everyMs, () => {
        if (this.#pass === null) this.wake();
      }),
    );
  }

  wake(inMs = 0): void {
    if (this.stopping) return;
    if (inMs > 0) this.#wakeLater(inMs);
    else if (this.#pass === null) this.#pass = this.#run();
    else this.#isWoken = true;
  }

  now(): Promise<void> {
    if (this.stopping) return this.#pass ?? Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.wake();
    });
  }

  async idle(): Promise<void> {
    this.wake();
    while (this.#pass !== null) await this.#pass;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    for (const end of this.#endings.splice(0)) end();
    this.#later?.cancel();
    this.#later = null;
    await this.#pass;
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

  /** Runs a pass, and further ones while any are requested. Never rejects. */
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
    this.#pass = null;
    if (this.stopping) for (const { resolve } of this.#waiters.splice(0)) resolve();
    else if (this.#isWoken || this.#waiters.length > 0) this.#pass = this.#run();
  }

  /** Runs a pass as a promise, so that one that throws at once ends like any other. */
  async #attempt(): Promise<void> {
    await this.#options.run();
  }
}
