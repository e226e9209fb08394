import type { Machines } from '../../platform/machines.ts';
import { oldestUnsentMs, startRelay } from '../../reactions/kafka/index.ts';

/** Events that wait longer than this show that brokers are unavailable, or too slow. */
const LATE_MS = 60_000;

/** Writes events to the configured brokers, in this process; does nothing if there are none. */
export async function startKafka(machines: Machines): Promise<void> {
  const { config, database: db, listener, clock, log, metrics, shutdown } = machines;
  if (config.kafka === null) return;
  // Loaded only when needed: the client costs every start a tenth of a second.
  const { openRecordSink } = await import('../../platform/kafka/record-sink.ts');
  const sink = openRecordSink(config.kafka);
  const settings = config.kafka;
  const relay = startRelay({ db, settings, sink, listener, clock, log, metrics });
  shutdown.onStop('Kafka', async () => {
    await relay.stop();
    await sink.close();
  });
  log.info({ brokers: settings.brokers, ...settings.topics }, 'writing events to Kafka');
}

/** Returns the problem that `/readyz` reports about Kafka; null if there is none. */
export async function kafkaTrouble({
  config,
  database,
  clock,
}: Pick<Machines, 'config' | 'database' | 'clock'>): Promise<string | null> {
  if (config.kafka === null) return null;
  const sinceMs = await oldestUnsentMs(database.pipeline);
  const lateMs = sinceMs === null ? 0 : clock.nowMs() - sinceMs;
  if (lateMs <= LATE_MS) return null;
  return `kafka: the oldest event has waited ${Math.round(lateMs / 1_000)} s for the brokers (waybill doctor)`;
}
