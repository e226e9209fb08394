import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { TrackOutcome } from '../adapters/contract/pull.ts';
import type { ObservedExchange } from '../adapters/index.ts';
import type { Queryable } from '../platform/database/database.ts';
import type { Logger } from '../platform/observability/log.ts';
import { carrierFigures } from './figures.sql.ts';
import type { WakeObserver } from './wake/wake.ts';

export interface PollerMetrics extends WakeObserver {
  exchanged(carrier: string, exchange: ObservedExchange): void;
  answered(carrier: string, outcomes: readonly TrackOutcome[]): void;
}

export interface PollerMetricsDeps {
  readonly registry: Registry;
  readonly db: Queryable;
  readonly nowMs: () => number;
  readonly running: () => number;
  readonly log: Logger;
}

const LAG_S = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const TOOK_S = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
/** Counting due numbers costs more than a scrape should, so figures up to this old are reused. */
const FIGURES_MS = 30_000;

/**
 * Creates the poller's metrics for operators. Labels are carriers and closed lists, never accounts.
 */
export function createPollerMetrics(deps: PollerMetricsDeps): PollerMetrics {
  const registers = [deps.registry];
  const calls = new Counter({
    name: 'waybill_poller_calls_total',
    help: 'Calls to carriers by purpose (call, token) and outcome (2xx … 5xx, limited, timeout, network).',
    labelNames: ['carrier', 'purpose', 'outcome'],
    registers,
  });
  const callSeconds = new Histogram({
    name: 'waybill_poller_call_seconds',
    help: 'How long carriers take to answer.',
    labelNames: ['carrier'],
    buckets: TOOK_S,
    registers,
  });
  const numbers = new Counter({
    name: 'waybill_poller_numbers_total',
    help: 'Numbers polled, by outcome.',
    labelNames: ['carrier', 'outcome'],
    registers,
  });
  const lag = new Histogram({
    name: 'waybill_poller_wake_lag_seconds',
    help: 'How late accounts are handled.',
    labelNames: ['carrier'],
    buckets: LAG_S,
    registers,
  });
  const runs = new Counter({
    name: 'waybill_poller_runs_total',
    help: 'Account runs: done, failed, or taken over from a process that died.',
    labelNames: ['carrier', 'outcome'],
    registers,
  });
  new Gauge({
    name: 'waybill_poller_running',
    help: 'Accounts that this process is handling.',
    registers,
    collect() {
      this.set(deps.running());
    },
  });
  registerFigures(deps);
  return {
    exchanged(carrier, { purpose, result, elapsedMs }) {
      calls.inc({ carrier, purpose, outcome: outcomeOf(result) });
      callSeconds.observe({ carrier }, elapsedMs / 1_000);
    },
    answered(carrier, outcomes) {
      for (const { outcome } of outcomes) numbers.inc({ carrier, outcome });
    },
    begun(carrier, lagMs) {
      if (lagMs === null) runs.inc({ carrier, outcome: 'taken_over' });
      else lag.observe({ carrier }, lagMs / 1_000);
    },
    ended(carrier, _tookMs, failed) {
      runs.inc({ carrier, outcome: failed ? 'failed' : 'done' });
    },
  };
}

/** An answer's class; a rate limit is no answer about a parcel, so it has a word of its own. Pure. */
function outcomeOf(result: ObservedExchange['result']): string {
  if (result.kind !== 'http') return result.reason;
  return result.status === 429 ? 'limited' : `${Math.floor(result.status / 100)}xx`;
}

/** Registers the figures that are read from the database, at most once per `FIGURES_MS`. */
function registerFigures({ registry, db, nowMs, log }: PollerMetricsDeps): void {
  const registers = [registry];
  const booked = new Gauge({
    name: 'waybill_poller_calls_booked',
    help: 'Calls debited from the budgets of all accounts in the last hour and day.',
    labelNames: ['carrier', 'window'],
    registers,
  });
  let asOfMs = Number.NEGATIVE_INFINITY;
  new Gauge({
    name: 'waybill_poller_targets',
    help: 'Numbers being polled: active, due now, and due for more than an hour.',
    labelNames: ['carrier', 'state'],
    registers,
    async collect() {
      if (nowMs() - asOfMs < FIGURES_MS) return;
      asOfMs = nowMs();
      try {
        for (const each of await carrierFigures(db, asOfMs)) {
          const { carrier } = each;
          for (const state of ['active', 'due', 'overdue'] as const) {
            this.set({ carrier, state }, each[state]);
          }
          booked.set({ carrier, window: 'hour' }, each.callsHour);
          booked.set({ carrier, window: 'day' }, each.callsDay);
        }
      } catch (err) {
        log.debug({ err }, 'the poller’s figures could not be read');
      }
    },
  });
}
