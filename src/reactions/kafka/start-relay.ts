import { Counter, Gauge, type Registry } from 'prom-client';
import { readEntry } from '../../events/read-entry.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Listener } from '../../platform/database/listen.ts';
import { type Consumer, startConsumer } from '../../platform/event-log/log-consumer.ts';
import { KafkaAway } from '../../platform/kafka/failures.ts';
import type { RecordSink } from '../../platform/kafka/record-sink.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { KafkaSettings } from '../../platform/settings/kafka.ts';
import { type RelayTopics, recordsOf } from './decide.ts';
import { oldestUnsentMs, RELAY } from './waiting.sql.ts';

interface RelayOptions {
  readonly db: Pick<Database, 'pipeline'>;
  readonly settings: Pick<KafkaSettings, 'from'> & { readonly topics: RelayTopics };
  readonly sink: RecordSink;
  readonly listener: Pick<Listener, 'on'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Registry;
  /** Monotonic milliseconds. */
  readonly monotonicMs?: () => number;
}

/** One batch is read and serialized while another is written. */
const SHARDS_AT_ONCE = 2;
const SHARDS_TOGETHER = 32;
const ENTRIES_MAX = 3_200;
/**
 * Wait before the first retry when brokers are unavailable, doubled each time, up to the second.
 */
const RETRY_MS = 500;
const RETRY_MS_MAX = 5_000;

/**
 * Writes parcel events to Kafka until it is stopped, in order for each parcel. Unconfirmed records
 * are written again, so a reader may see an event twice, but never a later one before it.
 */
export function startRelay(options: RelayOptions): Consumer {
  const { db, settings, sink, listener, clock, log, metrics } = options;
  const { monotonicMs = () => performance.now() } = options;
  const sent = new Counter({
    name: 'waybill_kafka_records_total',
    help: 'Records that Kafka has confirmed, by topic.',
    labelNames: ['topic'],
    registers: [metrics],
  });
  const failed = new Counter({
    name: 'waybill_kafka_failures_total',
    help: 'Batches that Kafka did not take; each is tried again.',
    registers: [metrics],
  });
  registerLag(metrics, db, clock);
  let outage: {
    readonly sinceMs: number;
    readonly tries: number;
    readonly untilMs: number;
  } | null = null;

  return startConsumer({
    name: RELAY,
    db,
    listener,
    log,
    beginsAt: settings.from,
    passesOver: true,
    batchMax: ENTRIES_MAX,
    shardsAtOnce: SHARDS_AT_ONCE,
    shardsTogether: SHARDS_TOGETHER,
    holds: () => outage !== null && monotonicMs() < outage.untilMs,
    read: readEntry,
    async handle(events) {
      const records = events.flatMap((event) => recordsOf(event, settings.topics));
      try {
        await sink.send(records);
      } catch (error) {
        failed.inc();
        if (error instanceof KafkaAway) {
          const { sinceMs, tries } = outage ?? { sinceMs: monotonicMs(), tries: 0 };
          if (outage === null)
            log.warn({ err: error }, 'Kafka is unavailable: its events wait in the log');
          const pauseMs = Math.min(RETRY_MS * 2 ** tries, RETRY_MS_MAX);
          outage = { sinceMs, tries: tries + 1, untilMs: monotonicMs() + pauseMs };
        }
        throw error;
      }
      if (outage !== null) {
        const awayS = Math.round((monotonicMs() - outage.sinceMs) / 1_000);
        log.info({ away_s: awayS }, 'Kafka takes records again');
        outage = null;
      }
      for (const { topic } of records) sent.inc({ topic });
    },
  });
}

function registerLag(metrics: Registry, db: RelayOptions['db'], clock: Clock): void {
  new Gauge({
    name: 'waybill_kafka_lag_seconds',
    help: 'For how long the oldest event has waited that Kafka does not have yet; 0: it has all.',
    registers: [metrics],
    async collect() {
      const sinceMs = await oldestUnsentMs(db.pipeline);
      this.set(sinceMs === null ? 0 : Math.max(0, clock.nowMs() - sinceMs) / 1_000);
    },
  });
}
