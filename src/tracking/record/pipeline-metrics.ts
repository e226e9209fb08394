import { Counter, Histogram, type Registry } from 'prom-client';
import type { InboundMessageSource } from '../../kernel/trust.ts';

export interface PipelineMetrics {
  /**
   * Counts processed messages, with the milliseconds from the commit of each until it was visible.
   */
  processed(lagsMs: readonly number[]): void;
  /** Counts one dead letter. */
  deadLetter(): void;
  /** Counts facts that a source reported; `first` means that no source had reported them before. */
  ingested(carrier: string, source: InboundMessageSource, first: boolean, facts: number): void;
}

/** Buckets in seconds. The target is p99 ≤ 2 s under full load. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 600];

export function createPipelineMetrics(registry: Registry): PipelineMetrics {
  const lag = new Histogram({
    name: 'waybill_ingest_lag_seconds',
    help: "Time from an inbound message's commit until its facts are visible; without those of dropped files.",
    buckets: BUCKETS,
    registers: [registry],
  });
  const dead = new Counter({
    name: 'waybill_dead_letters_total',
    help: 'Inbound messages that could not be parsed or recorded.',
    registers: [registry],
  });
  const ingestions = new Counter({
    name: 'waybill_observations_total',
    help: 'Observations of facts by carrier and source, and whether that source was the first.',
    labelNames: ['carrier', 'source', 'first'],
    registers: [registry],
  });
  return {
    processed(lagsMs) {
      for (const lagMs of lagsMs) lag.observe(Math.max(0, lagMs) / 1_000);
    },
    deadLetter: () => dead.inc(),
    ingested(carrier, source, first, facts) {
      ingestions.inc({ carrier, source: source, first: first ? 'yes' : 'no' }, facts);
    },
  };
}
