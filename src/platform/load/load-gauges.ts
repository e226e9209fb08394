import { Gauge, type Registry } from 'prom-client';
import { SHED_ORDER, SIGNAL_NAMES } from './load-policy.ts';
import type { Load } from './watch-load.ts';

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
