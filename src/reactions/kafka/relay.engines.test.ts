import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Engine, startEngine, whyNoEngine } from '../../../test/support/engines.ts';
import { type ReadRecord, readTopic } from '../../../test/support/kafka-topics.ts';
import { aShipment } from '../../events/test-events.ts';
import { uuidV7 } from '../../kernel/ids.ts';
import { bootstrap } from '../../merchants/index.ts';
import { checkKafka } from '../../platform/checkup/service-checks.ts';
import { systemClock, systemRandom } from '../../platform/clock.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { appendToLog, withShard } from '../../platform/event-log/event-log.ts';
import type { Consumer } from '../../platform/event-log/log-consumer.ts';
import { openRecordSink, type RecordSink } from '../../platform/kafka/record-sink.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createMetrics } from '../../platform/observability/metrics.ts';
import { readConfig } from '../../platform/settings/config.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { startRelay } from './start-relay.ts';
import { oldestUnsentMs } from './waiting.sql.ts';

const missing = whyNoEngine('kafka', 'kafka');
if (missing !== null) process.stderr.write(`SKIPPED: events in Kafka: ${missing}\n`);

const PARCELS = 40;
const SHIPMENTS = Array.from({ length: PARCELS }, () => uuidV7(0, systemRandom(10)));

describe.skipIf(missing !== null)('events in Kafka', () => {
  let engine: Engine;
  let database: TestDatabase;
  let db: Database;
  let merchantId: string;
  const sequences = new Map<string, number>();
  let relay: { readonly consumer: Consumer; readonly sink: RecordSink } | null = null;

  const settings = (compression: string) => {
    const { kafka } = readConfig({
      KAFKA_BROKERS: engine.urls['bootstrap'],
      KAFKA_FROM: 'oldest',
      KAFKA_COMPRESSION: compression,
    });
    if (kafka === null) throw new Error('brokers are set');
    return kafka;
  };

  beforeAll(async () => {
    engine = startEngine('kafka', { KAFKA_PROPS: 'num.partitions=3' });
    database = await createTestDatabase();
    db = openDatabase({ url: database.url });
    ({ merchantId } = await bootstrap({ db, clock: systemClock, randomBytes: systemRandom }, null));
  });
  afterAll(async () => {
    await stop();
    await db?.end();
    await database?.drop();
    // The broker's data are not needed any more, so it need not end properly.
    engine?.kill('broker1');
    engine?.stop();
  });

  function start(compression: string): void {
    const sink = openRecordSink(settings(compression));
    const consumer = startRelay({
      db,
      sink,
      settings: settings(compression),
      clock: systemClock,
      listener: { on: () => () => {} },
      log: createLog({ level: 'silent' }),
      metrics: createMetrics({ processMetrics: false }),
    });
    relay = { consumer, sink };
  }

  async function stop(): Promise<void> {
    await relay?.consumer.stop();
    await relay?.sink.close();
    relay = null;
  }

  /** Appends the next events of all parcels, each in its shard. */
  async function happen(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      for (let shard = 0; shard < 8; shard += 1) {
        const entries = SHIPMENTS.filter((_, index) => index % 8 === shard).map((subjectId) => {
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
      }
    }
  }

  const sequenceOf = ({ value }: ReadRecord): number => JSON.parse(value).sequence;

  /**
   * The numbers of each parcel's events, in the order in which a reader sees each for the first
   * time.
   */
  function firstOrder(records: readonly ReadRecord[]): Map<string, number[]> {
    const seen = new Map<string, number[]>();
    for (const record of records) {
      const numbers = seen.get(record.key) ?? [];
      seen.set(record.key, numbers);
      if (!numbers.includes(sequenceOf(record))) numbers.push(sequenceOf(record));
    }
    return seen;
  }

  const allOf = (last: number) => (records: readonly ReadRecord[]) =>
    new Set(records.map((record) => `${record.key}/${sequenceOf(record)}`)).size === PARCELS * last;

  it('are complete and in order for each parcel, brokers killed or not', async () => {
    expect(await checkKafka({ kafka: settings('none') })).toMatchObject([{ verdict: 'warn' }]);
    await happen(5);
    start('none');
    const before = await readTopic(engine.urls['bootstrap'] ?? '', 'shipment-events', allOf(5));
    expect(new Set(before.map(({ partition }) => partition)).size).toBeGreaterThan(1);
    expect(await checkKafka({ kafka: settings('none') })).toMatchObject([{ verdict: 'ok' }]);

    engine.kill('broker1');
    await happen(3);
    expect(await oldestUnsentMs(db.pipeline)).not.toBeNull();
    expect(await checkKafka({ kafka: settings('none') })).toMatchObject([{ verdict: 'fail' }]);
    engine.up();
    await readTopic(engine.urls['bootstrap'] ?? '', 'shipment-events', allOf(8));

    // Another process takes over, with compression.
    await stop();
    await happen(2);
    start('lz4');
    const all = await readTopic(engine.urls['bootstrap'] ?? '', 'shipment-events', allOf(10));
    const wanted = Array.from({ length: 10 }, (_, index) => index + 1);
    expect([...firstOrder(all).values()]).toEqual(SHIPMENTS.map(() => wanted));
    await stop();
    expect(await oldestUnsentMs(db.pipeline)).toBeNull();
  });
});
