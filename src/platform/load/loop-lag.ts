import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Timers } from '../work/timers.ts';

/** How late turns of this process's event loop are. */
export interface LoopLag {
  /** The average since it was asked last, in ms; null: nothing was measured. */
  takeMs(): number | null;
  stop(): void;
}

const RESOLUTION_MS = 20;
const NS_PER_MS = 1e6;

export function measureLoopLag(): LoopLag {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return {
    takeMs() {
      const { count, mean } = histogram;
      histogram.reset();
      // What is measured is the time between two ticks, which is the resolution when nothing is late.
      return count === 0 ? null : Math.max(0, mean / NS_PER_MS - RESOLUTION_MS);
    },
    stop: () => void histogram.disable(),
  };
}

/** How late the event loop has been for the last half second or so: a single pause counts for little. */
export interface SustainedLag {
  lagMs(): number;
  stop(): void;
}

const TICK_MS = 20;
/** How much one tick counts: five late ones in a row make two thirds of the answer. */
const TICK_SHARE = 0.2;
/** One pause counts for no more than this, or a single long one would look like a flood. */
const TICK_LATE_MS_MAX = 60;

export function watchSustainedLag(timers: Timers): SustainedLag {
  let lagMs = 0;
  let dueMs = timers.nowMs() + TICK_MS;
  const stop = timers.every(TICK_MS, () => {
    const nowMs = timers.nowMs();
    const lateMs = Math.min(Math.max(0, nowMs - dueMs), TICK_LATE_MS_MAX);
    lagMs += TICK_SHARE * (lateMs - lagMs);
    dueMs = nowMs + TICK_MS;
  });
  return { lagMs: () => lagMs, stop };
}
