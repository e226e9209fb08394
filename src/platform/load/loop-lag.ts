import { monitorEventLoopDelay } from 'node:perf_hooks';

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
