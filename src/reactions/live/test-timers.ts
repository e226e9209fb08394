import type { Timers } from './timers.ts';

/** Timers that go off when a test says so. */
export interface ManualTimers extends Timers {
  /** Runs everything that was to be done every so many milliseconds. */
  tick(ms: number): void;
  /** Runs what was to be done once, and forgets it. */
  elapse(): void;
  /** How many are set. */
  readonly set: number;
}

export function manualTimers(): ManualTimers {
  const every = new Map<() => void, number>();
  const after = new Set<() => void>();
  return {
    every(ms, work) {
      every.set(work, ms);
      return () => void every.delete(work);
    },
    after(_ms, work) {
      after.add(work);
      return () => void after.delete(work);
    },
    tick(ms) {
      for (const [work, each] of every) if (each === ms) work();
    },
    elapse() {
      const due = [...after];
      after.clear();
      for (const work of due) work();
    },
    get set() {
      return every.size + after.size;
    },
  };
}
