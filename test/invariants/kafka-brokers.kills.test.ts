import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aShipment } from '../../src/events/test-events.ts';
import { uuidV7 } from '../../src/kernel/ids.ts';
import { bootstrap } from '../../src/merchants/index.ts';
import { systemClock, systemRandom } from '../../src/platform/clock.ts';
import { type Database, openDatabase } from '../../src/platform/database/database.ts';
import { appendToLog, withShard } from '../../src/platform/event-log/event-log.ts';
import type { Consumer } from '../../src/platform/event-log/log-consumer.ts';
import { openRecordSink, type RecordSink } from '../../src/platform/kafka/record-sink.ts';
import { createLog } from '../../src/platform/observability/log.ts';
import { createMetrics } from '../../src/platform/observability/metrics.ts';
import { readConfig } from '../../src/platform/settings/config.ts';
import { createTestDatabase, type TestDatabase } from '../../src/platform/test-postgres.ts';
import { oldestUnsentMs, startRelay } from '../../src/reactions/kafka/index.ts';
import { type LargeEngine, startLargeEngine, whyNoEngine } from '../support/engines.ts';
import { pause } from '../support/hubs/kill-under-load.ts';
import { type ReadRecord, readTopic } from '../support/kafka-topics.ts';

const missing = whyNoEngine('kafka', 'kafka');
if (missing !== null) process.stderr.write(`SKIPPED: three brokers: ${missing}\n`);

/**
 * `WAYBILL_KAFKA_S=120` and `WAYBILL_KAFKA_WAITING=300000` (ten minutes at 500/s) for the whole
 * drill: the duration of the load during which a broker is killed, and the number of events that
 * wait for all of them.
 */
const LOAD_S = Number(process.env['WAYBILL_KAFKA_S'] ?? 6);
const WAITING = Number(process.env['WAYBILL_KAFKA_WAITING'] ?? 4_000);
const PER_S = 500;
const SHARDS_USED = 8;
const PARCELS = 200;
const TICK_MS = 100;
const SENT_MS_MAX = 300_000;
const SHIPMENTS = Array.from({ length: PARCELS }, () => uuidV7(0, systemRandom(10)));
const BROKERS = ['broker1', 'broker2', 'broker3'];

describe.skipIf(missing !== null)('three brokers', () => {
  let engine: LargeEngine;
  let bootstrapUrl = '';
  let database: TestDatabase;
  let db: Database;
  let merchantId: string;
  let consumer: Consumer;
  let sink: RecordSink;
  let appended = 0;
  const sequences = new Map<string, number>();

  beforeAll(async () => {
    engine = await startLargeEngine('kafka', {
      KAFKA_BROKERS: '3',
      KAFKA_HEAP: '192m',
      KAFKA_PROPS: 'num.partitions=6\nbroker.session.timeout.ms=3000',
    });
    bootstrapUrl = engine.urls['bootstrap'] ?? '';
    database = await createTestDatabase();
    db = openDatabase({ url: database.url });
    ({ merchantId } = await bootstrap({ db, clock: systemClock, randomBytes: systemRandom }, null));
    const { kafka } = readConfig({ KAFKA_BROKERS: bootstrapUrl, KAFKA_FROM: 'oldest' });
    if (kafka === null) throw new Error('brokers are set');
    sink = openRecordSink(kafka);
    consumer = startRelay({
      db,
      sink,
      settings: kafka,
      clock: systemClock,
      listener: { on: () => () => {} },
      log: createLog({ level: 'silent' }),
      metrics: createMetrics({ processMetrics: false }),
    });
  }, 500_000);
  afterAll(async () => {
    await consumer?.stop();
    await sink?.close();
    await db?.end();
    await database?.drop();
    // Their data is no longer needed: no orderly shutdown.
    for (const broker of BROKERS) {
      try {
        engine?.kill(broker);
      } catch {
        // The test killed it, and failed before it was started again.
      }
    }
    engine?.stop();
  }, 120_000);

  /** Records the next events of a shard's parcels. */
  async function happen(shard: number, count: number): Promise<void> {
    const ours = SHIPMENTS.filter((_, index) => index % SHARDS_USED === shard);
    const entries = Array.from({ length: count }, (_, index) => {
      const subjectId = ours[index % ours.length] ?? '';
      const sequence = (sequences.get(subjectId) ?? 0) + 1;
      sequences.set(subjectId, sequence);
      return {
        id: uuidV7(systemClock.nowMs(), systemRandom(10)),
        subjectId,
        sequence,
        tenant: { merchantId, mode: 'test' as const },
        type: sequence === 1 ? 'shipment.created' : 'shipment.status_changed',
        occurredAtMs: systemClock.nowMs(),
        data: { ...aShipment({ id: subjectId }) },
        previousAttributes: {},
      };
    });
    await withShard(db.pipeline, shard, (tx) =>
      appendToLog(tx, shard, entries, systemClock.nowMs()),
    );
    appended += count;
  }

  /** 500 events a second, or as many as the machine can handle. */
  async function load(seconds: number): Promise<void> {
    const startedMs = performance.now();
    for (let tick = 0; tick < (seconds * 1_000) / TICK_MS; tick += 1) {
      await happen(tick % SHARDS_USED, (PER_S * TICK_MS) / 1_000);
      await pause(Math.max(0, startedMs + (tick + 1) * TICK_MS - performance.now()));
    }
  }

  async function sent(): Promise<void> {
    const deadline = performance.now() + SENT_MS_MAX + WAITING;
    while ((await oldestUnsentMs(db.pipeline)) !== null) {
      if (performance.now() > deadline) throw new Error('the relay did not catch up');
      await pause(20);
    }
  }

  /** Complete, and each parcel in order by first occurrence; returns the number of repeats. */
  async function expectWhole(): Promise<number> {
    const highest = new Map<string, number>();
    const wrong: string[] = [];
    let firsts = 0;
    let looked = 0;
    const check = (records: readonly ReadRecord[]): boolean => {
      for (; looked < records.length; looked += 1) {
        const { key = '', value = '{}' } = records[looked] ?? {};
        const { sequence } = JSON.parse(value);
        const before = highest.get(key) ?? 0;
        if (sequence <= before) continue;
        if (sequence !== before + 1) wrong.push(`${key}: ${sequence} after ${before}`);
        highest.set(key, sequence);
        firsts += 1;
      }
      return firsts >= appended;
    };
    const records = await readTopic(bootstrapUrl, 'shipment-events', check);
    expect(wrong).toEqual([]);
    expect(Object.fromEntries(highest)).toEqual(Object.fromEntries(sequences));
    return records.length - firsts;
  }

  it(
    'lose nothing when one of them is killed, and get what waited for all of them',
    async () => {
      await happen(0, 25);
      await sent();
      const loading = load(LOAD_S);
      const startedMs = performance.now();
      await pause((LOAD_S * 1_000) / 3);
      engine.kill('broker2');
      await loading;
      const perS = Math.round(appended / ((performance.now() - startedMs) / 1_000));
      await sent();
      const again = await expectWhole();
      process.stdout.write(
        `one of three brokers killed under ${perS} events/s: ${appended} events, none lost, ` +
          `in order for each parcel, ${again} came twice\n`,
      );

      await engine.up();
      for (const broker of BROKERS) engine.kill(broker);
      for (let left = WAITING, index = 0; left > 0; left -= 1_000, index += 1) {
        await happen(index % SHARDS_USED, Math.min(1_000, left));
      }
      expect(await oldestUnsentMs(db.pipeline)).not.toBeNull();
      await engine.up();
      const backMs = performance.now();
      await sent();
      const tookS = (performance.now() - backMs) / 1_000;
      await expectWhole();
      process.stdout.write(
        `${WAITING} events waited for all brokers; written ${Math.round(tookS * 10) / 10} s after these ` +
          `were back, ${Math.round(WAITING / tookS)} a second\n`,
      );
    },
    900_000 + LOAD_S * 2_000 + WAITING * 3,
  );
});
