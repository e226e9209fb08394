import { cpus, loadavg } from 'node:os';
import { aShipment } from '../../src/events/test-events.ts';
import { bootstrap } from '../../src/merchants/index.ts';
import { systemClock, systemRandom } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/database/database.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { openRecordSink } from '../../src/platform/kafka/record-sink.ts';
import { createLog } from '../../src/platform/observability/log.ts';
import { createMetrics } from '../../src/platform/observability/metrics.ts';
import { readConfig } from '../../src/platform/settings/config.ts';
import { startTestPostgres } from '../../src/platform/test-postgres.ts';
import { oldestUnsentMs, startRelay } from '../../src/reactions/kafka/index.ts';
import { startEngine, whyNoEngine } from '../../test/support/engines.ts';
import { isShort, report, say } from '../figures/report.ts';

/**
 * Measures how fast events reach Kafka that have waited in the log, as after ten minutes without
 * brokers at 500/s, and the same records sent from memory by the same client. As in a hub with
 * default settings, each event goes to both topics. Brokers, database and relay share the machine.
 */
const EVENTS = isShort() ? 20_000 : 300_000;
const TOGETHER = 1_000;

const missing = whyNoEngine('kafka', 'kafka');
if (missing !== null) {
  say(`not run: ${missing}`);
  process.exit(0);
}
const loadBefore = loadavg().map((each) => Math.round(each * 100) / 100);
const engine = startEngine('kafka', {});
const postgres = await startTestPostgres({ durable: true });
await migrate(postgres.url);
const db = openDatabase({ url: postgres.url });
try {
  const { kafka } = readConfig({ KAFKA_BROKERS: engine.urls['bootstrap'], KAFKA_FROM: 'oldest' });
  if (kafka === null) throw new Error('brokers are set');
  await fillLog();
  const sink = openRecordSink(kafka);
  const baselinePerS = await fromMemory(sink);
  const spentBefore = process.cpuUsage();
  const startedMs = performance.now();
  const relay = startRelay({
    db,
    sink,
    settings: kafka,
    clock: systemClock,
    listener: { on: () => () => {} },
    log: createLog({ level: 'warn' }),
    metrics: createMetrics({ processMetrics: false }),
  });
  await relay.idle();
  const tookS = (performance.now() - startedMs) / 1_000;
  const spent = process.cpuUsage(spentBefore);
  if ((await oldestUnsentMs(db.pipeline)) !== null) throw new Error('some were not written');
  await relay.stop();
  await sink.close();
  report({
    bench: 'kafka',
    value: Math.round(EVENTS / tookS),
    unit: 'events/s',
    baseline: baselinePerS,
    p50_ms: 0,
    p99_ms: 0,
    conditions: {
      relay_cpu_us_each: Math.round((spent.user + spent.system) / EVENTS),
      topics: Object.values(kafka.topics),
      events: EVENTS,
      took_s: Math.round(tookS * 10) / 10,
      value_bytes: valueText(0).length,
      brokers: 1,
      acks: 'all',
      compression: kafka.compression,
      cores: cpus().length,
      load_before: loadBefore,
      brokers_and_database: 'same machine',
    },
  });
} finally {
  await db.end();
  await postgres.stop();
  engine.stop();
}

/** Fills the log by inserting directly into the table, as recording would. */
async function fillLog(): Promise<void> {
  const deps = { db, clock: systemClock, randomBytes: systemRandom };
  const { merchantId } = await bootstrap(deps, null);
  await db.owner.query(
    `insert into event_log (shard, id, merchant_id, mode, subject_id, sequence, type, occurred_at,
                            recorded_at, data, previous_attributes)
     select n % 64, gen_random_uuid(), $2, 'test', s.id, 1, 'shipment.status_changed', now(), now(),
            $3::jsonb || jsonb_build_object('id', s.id), '{"status": "created"}'
     from generate_series(1, $1::int) as n
     cross join lateral (select gen_random_uuid() as id where n > 0) s`,
    [EVENTS, merchantId, JSON.stringify(aShipment())],
  );
  await db.owner.query('analyze event_log');
}

async function fromMemory(sink: ReturnType<typeof openRecordSink>): Promise<number> {
  const startedMs = performance.now();
  for (let index = 0; index < EVENTS; index += TOGETHER) {
    const records = Array.from({ length: 2 * TOGETHER }, (_, at) => {
      const event = index + (at >> 1);
      return {
        topic: at % 2 === 0 ? 'from-memory' : 'from-memory-too',
        key: `key ${event}`,
        value: valueText(event),
        headers: { type: 'shipment.status_changed' },
        timestampMs: systemClock.nowMs(),
      };
    });
    await sink.send(records);
  }
  return Math.round(EVENTS / ((performance.now() - startedMs) / 1_000));
}

function valueText(index: number): string {
  return JSON.stringify({ sequence: index, data: aShipment(), previous_attributes: {} });
}
