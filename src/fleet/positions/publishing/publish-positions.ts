import { Counter } from 'prom-client';
import { RecordRefused } from '../../../platform/kafka/failures.ts';
import type { KafkaRecord, RecordSink } from '../../../platform/kafka/record-sink.ts';
import type { Machines } from '../../../platform/machines.ts';
import { startLoop } from '../../../platform/work/loop.ts';
import { systemTimers } from '../../../platform/work/timers.ts';
import type { PositionIntakeDeps } from '../intake/position-intake.ts';

/** Records that wait for the brokers: some 20 MB. Later ones say more, so the oldest give way. */
const WAITING_MAX = 50_000;
/** How many are sent at once, and how many give way: moving the whole queue for each is slow. */
const TOGETHER_MAX = 1_000;
const SEND_EVERY_MS = 200;

/** Publishes positions to a topic, in the background: the brokers delay nobody. */
export function publishPositions(
  sink: RecordSink,
  topic: string,
  { clock, log, metrics }: Pick<Machines, 'clock' | 'log' | 'metrics'>,
  timers = systemTimers,
) {
  const dropped = new Counter({
    name: 'waybill_kafka_positions_dropped_total',
    help: 'Positions that were not published to Kafka, because the brokers did not take them in time.',
    registers: [metrics],
  });
  const waiting: KafkaRecord[] = [];
  let isAway = false;
  const sending = startLoop({
    everyMs: SEND_EVERY_MS,
    timers,
    async run() {
      while (waiting.length > 0) {
        const batch = waiting.splice(0, TOGETHER_MAX);
        await sink.send(batch).catch((error: unknown) => {
          if (error instanceof RecordRefused) dropped.inc(batch.length);
          else waiting.unshift(...batch);
          throw error;
        });
        isAway = false;
      }
    },
    onFailure(err) {
      if (!isAway) log.warn({ err, topic }, 'positions wait for Kafka; the oldest will be dropped');
      isAway = true;
    },
  });
  /** Never waits. A value has the form in which positions are also read. */
  const publish: PositionIntakeDeps['publish'] = ({ wireId: key, tenant }, position) => {
    if (waiting.length >= WAITING_MAX) dropped.inc(waiting.splice(0, TOGETHER_MAX).length);
    const { atMs, accuracyM, speedKmh, ...more } = position;
    const ts = new Date(atMs).toISOString();
    const named = { courier_id: key, ts, accuracy_m: accuracyM, speed_kmh: speedKmh, ...more };
    const headers = { merchant_id: tenant.merchantId, mode: tenant.mode };
    const timestampMs = clock.nowMs();
    waiting.push({ topic, key, value: JSON.stringify(named), headers, timestampMs });
  };
  return {
    publish,
    async stop(): Promise<void> {
      await sending.idle();
      await sending.stop();
      await sink.close();
    },
  };
}
