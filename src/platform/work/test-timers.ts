import type { Timers } from './timers.ts';

/** Timers that fire when a test says so. */
export interface ManualTimers extends Timers {
  /** Lets time pass: runs the timers due meanwhile, in order. */
  advance(ms: number): void;
  /** Runs every interval timer once. */
  tick(ms: number): void;
  /** Runs and removes all one-time timers. */
  elapse(): void;
  /** The number of timers that are set. */
  readonly set: number;
}

interface Timer {
  atMs: number;
  /** Null: the timer runs once. */
  readonly everyMs: number | null;
  readonly work: () => void;
}

export function manualTimers(): ManualTimers {
  const timers = new Set<Timer>();
  let nowMs = 0;
  const add = (inMs: number, everyMs: number | null, work: () => void): (() => void) => {
    const timer = { atMs: nowMs + inMs, everyMs, work };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const run = (timer: Timer): void => {
    if (timer.everyMs === null) timers.delete(timer);
    else timer.atMs = nowMs + timer.everyMs;
    timer.work();
  };
  return {
    nowMs: () => nowMs,
    every: (ms, work) => add(ms, ms, work),
    after: (ms, work) => add(ms, null, work),
    advance(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        const [next] = [...timers].sort((one, other) => one.atMs - other.atMs);
        if (next === undefined || next.atMs > endMs) break;
        nowMs = next.atMs;
        run(next);
      }
      nowMs = endMs;
    },
    tick(ms) {
      for (const timer of [...timers]) if (timer.everyMs === ms) run(timer);
    },
    elapse() {
      for (const timer of [...timers]) if (timer.everyMs === null) run(timer);
    },
    get set() {
      return timers.size;
    },
  };
}
