import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { inboxFigures } from '../../intake/index.ts';
import type { InboundMessageSource } from '../../kernel/trust.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { openReviewCount } from '../review/review.sql.ts';

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

/** Registers the metrics of the pipeline. */
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

/** Registers the gauges of backlogs, which are read from the database at each scrape. */
export function registerBacklogGauges(
  registry: Registry,
  db: Queryable,
  nowMs: () => number,
): void {
  const waiting = new Gauge({
    name: 'waybill_inbound_messages_waiting',
    help: 'Inbound messages that are stored and not yet processed, without those of dropped files.',
    registers: [registry],
    async collect() {
      const figures = await inboxFigures(db);
      this.set(figures.waiting);
      bulk.set(figures.bulkWaiting);
      postponed.set(figures.postponed);
      dead.set(figures.dead);
      age.set(
        figures.oldestWaitingMs === null ? 0 : Math.max(0, nowMs() - figures.oldestWaitingMs) / 1e3,
      );
    },
  });
  const bulk = new Gauge({
    name: 'waybill_bulk_inbound_messages_waiting',
    help: 'Inbound messages of dropped files that are stored and not yet processed; others go before them.',
    registers: [registry],
  });
  const postponed = new Gauge({
    name: 'waybill_postponed_inbound_messages',
    help: 'Inbound messages that wait for a worker of the Citus cluster that does not answer.',
    registers: [registry],
  });
  const dead = new Gauge({
    name: 'waybill_dead_letters',
    help: 'Dead letters that nobody has handled.',
    registers: [registry],
  });
  const age = new Gauge({
    name: 'waybill_inbound_message_age_seconds',
    help: 'Age of the oldest inbound message that is not yet processed.',
    registers: [registry],
  });
  waiting.set(0);
  new Gauge({
    name: 'waybill_unknown_codes',
    help: 'Distinct codes that no mapping knows and nobody has handled.',
    registers: [registry],
    async collect() {
      this.set(await openReviewCount(db));
    },
  });
}
