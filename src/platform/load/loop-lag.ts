import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';
import type { Timers } from '../work/timers.ts';
import { SHED_ORDER, SIGNAL_NAMES } from './load-policy.ts';
import type { Load } from './watch-load.ts';

/** Measures the delay of this process's event loop. */
interface LoopLag {
  /** Returns the average since the last call, in ms; null if nothing was measured. */
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
      // The interval between two ticks is measured, which equals the resolution if nothing is late.
      return count === 0 ? null : Math.max(0, mean / NS_PER_MS - RESOLUTION_MS);
    },
    stop: () => void histogram.disable(),
  };
}

/** How late the event loop has been for the last half second or so: a single pause counts for little. */
interface SustainedLag {
  lagMs(): number;
  stop(): void;
}

const TICK_MS = 20;
/** The weight of one tick: five late ones in a row make two thirds of the average. */
const TICK_SHARE = 0.2;
/** The most that one pause counts, so that a single long one does not look like a flood. */
const TICK_LATE_MS_MAX = 60;
/**
 * A turn that already runs this long counts as late whatever the average: a flood can begin within
 * one.
 */
const TURN_MS_MAX = 30;

export function watchSustainedLag(timers: Timers): SustainedLag {
  let averageMs = 0;
  let dueMs = timers.nowMs() + TICK_MS;
  const stop = timers.every(TICK_MS, () => {
    const nowMs = timers.nowMs();
    const lateMs = Math.min(Math.max(0, nowMs - dueMs), TICK_LATE_MS_MAX);
    averageMs += TICK_SHARE * (lateMs - averageMs);
    dueMs = nowMs + TICK_MS;
  });
  return { lagMs: () => Math.max(averageMs, timers.nowMs() - dueMs - TURN_MS_MAX), stop };
}

const SECOND_MS = 1_000;

/** Registers the gauges of shed work, and of the signals that cause it. */
export function registerLoadGauges(registry: Registry, load: Pick<Load, 'figures'>): void {
  const registers = [registry];
  new Gauge({
    name: 'waybill_load_level',
    help: `How many kinds of work are shed, in this order: ${SHED_ORDER.join(', ')}.`,
    registers,
    collect() {
      const { level, signals } = load.figures();
      this.set(level);
      for (const name of SIGNAL_NAMES) {
        const value = signals[name];
        if (value !== null)
          signal.set({ signal: SIGNAL_LABELS[name].label }, value / SIGNAL_LABELS[name].unit);
      }
    },
  });
  const signal = new Gauge({
    name: 'waybill_load_signal',
    help: 'By what the level is chosen: backlog is a share of its limit, the others are seconds.',
    labelNames: ['signal'],
    registers,
  });
}

const SIGNAL_LABELS = {
  backlog: { label: 'backlog', unit: 1 },
  loopLagMs: { label: 'event_loop', unit: SECOND_MS },
  databaseMs: { label: 'database', unit: SECOND_MS },
} as const;
