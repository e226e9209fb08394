import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { openRecordSink, type RecordSink } from '../../src/platform/kafka/record-sink.ts';
import { readConfig } from '../../src/platform/settings/config.ts';
import { relayedValue } from '../../src/reactions/kafka/decide.ts';
import { type Engine, startEngine, whyNoEngine } from '../support/engines.ts';
import {
  callApi,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { type ReadRecord, readTopic } from '../support/kafka-topics.ts';

const missing = whyNoEngine('kafka', 'kafka');
if (missing !== null) process.stderr.write(`SKIPPED: a hub beside Kafka: ${missing}\n`);

/** The errors by record, each once: a record that is read again is refused again. */
const wrongOf = (letters: readonly ReadRecord[]) =>
  new Set(
    letters.map(
      ({ headers }) =>
        `${headers['source-topic']} ${headers['error-code']} ${headers['error-pointer']}`,
    ),
  );

const PATIENCE = { timeout: 90_000, interval: 200 };

/** A hub that reads scans and positions from Kafka, and writes its events there. */
describe.skipIf(missing !== null)('a hub beside Kafka', () => {
  const data = newDataFolder();
  let engine: Engine;
  let hub: RunningHub;
  let sink: RecordSink;
  let bootstrap = '';

  beforeAll(async () => {
    engine = startEngine('kafka', { KAFKA_PROPS: 'num.partitions=3' });
    bootstrap = engine.urls['bootstrap'] ?? '';
    hub = await startHub(data, {
      WAYBILL_SANDBOX: 'off',
      KAFKA_BROKERS: bootstrap,
      KAFKA_TOPIC_SCANS: 'scan-events',
      KAFKA_TOPIC_POSITIONS: 'location-pings',
      KAFKA_TOPIC_POSITIONS_OUT: 'courier-positions',
    });
    const { kafka } = readConfig({ KAFKA_BROKERS: bootstrap });
    if (kafka === null) throw new Error('brokers are set');
    sink = openRecordSink(kafka);
  });
  afterAll(async () => {
    await sink?.close();
    await hub?.stop();
    // Its data is no longer needed: no orderly shutdown.
    engine?.kill('broker1');
    engine?.stop();
    removeDataFolder(data);
  });

  const send = (topic: string, values: readonly unknown[], headers: Record<string, string>) =>
    sink.send(
      values.map((value, index) => ({
        topic,
        key: `gate-${index}`,
        value: JSON.stringify(value),
        headers,
        timestampMs: systemClock.nowMs(),
      })),
    );

  const isSent = (topic: string, value: unknown, headers: Record<string, string>) =>
    send(topic, [value], headers).then(
      () => true,
      () => false,
    );

  /** The hub's position of the courier; null: none yet. */
  const latOf = (courierId: string) =>
    callApi<{ lat: number }>(hub.url, 'GET', `/v1/couriers/${courierId}/position`).then(
      ({ lat }) => lat,
      () => null,
    );

  it('publishes events, and accepts scans and positions as its routes do', async () => {
    const api = <T>(method: string, path: string, body?: unknown) =>
      callApi<T>(hub.url, method, path, body);
    const parcel = await api<{ id: string; tracking_number: string }>('POST', '/v1/shipments', {
      carrier: 'fleet',
    });
    const courier = await api<{ id: string }>('POST', '/v1/couriers', {
      name: 'Ada Example',
      vehicle: 'van',
      time_zone: 'Europe/Berlin',
      shift: 'on',
    });
    const scan = {
      tracking_number: parcel.tracking_number,
      code: 'PICKUP',
      scanned_at: new Date(systemClock.nowMs() - 1_000).toISOString(),
      facility_code: 'HAM-1',
    };
    const ours = { merchant: 'default', mode: 'test' };
    await send('scan-events', [scan, { ...scan, code: '' }, [scan, scan]], ours);
    await send('scan-events', [scan], { merchant: 'nobody' });
    const ping = { courier_id: courier.id, lat: 53.55, lng: 9.99 };
    const stranger = { ...ping, courier_id: `cou_${'0'.repeat(32)}` };
    const now = new Date(systemClock.nowMs()).toISOString();
    await send(
      'location-pings',
      [ping, stranger].map((it) => ({ ...it, ts: now })),
      ours,
    );

    const events = await readTopic(bootstrap, 'shipment-events', (records) =>
      records.some(({ value }) => value.includes('"status":"picked_up"')),
    );
    const relayed = events.map(({ value }) => relayedValue.parse(JSON.parse(value)));
    expect(new Set(events.map(({ key }) => key))).toEqual(new Set([parcel.id]));
    const types = new Set(relayed.map(({ type, sequence }) => `${sequence} ${type}`));
    expect([...types].slice(0, 2)).toEqual(['1 shipment.created', '2 shipment.status_changed']);

    const letters = await readTopic(
      bootstrap,
      'waybill-dead-letters',
      (records) => wrongOf(records).size >= 3,
    );
    expect(wrongOf(letters)).toEqual(
      new Set([
        'scan-events invalid /code',
        'scan-events no_merchant ',
        'location-pings no_such_courier /courier_id',
      ]),
    );
    await expect.poll(() => latOf(courier.id), PATIENCE).toBe(53.55);

    // Reads from and writes to brokers that were down again, without a restart.
    engine.kill('broker1');
    engine.up();
    const later = {
      ...scan,
      code: 'LOAD',
      scanned_at: new Date(systemClock.nowMs()).toISOString(),
    };
    await expect.poll(() => isSent('scan-events', later, ours), PATIENCE).toBe(true);
    const moved = { ...ping, lat: 53.551, ts: new Date(systemClock.nowMs()).toISOString() };
    await expect.poll(() => isSent('location-pings', moved, ours), PATIENCE).toBe(true);
    await readTopic(bootstrap, 'status-events', (records) =>
      records.some(({ value }) => value.includes('"status":"out_for_delivery"')),
    );
    await expect.poll(() => latOf(courier.id), PATIENCE).toBe(53.551);

    // Publishes what came by its own routes, and not what it read.
    const ts = new Date(systemClock.nowMs()).toISOString();
    await api('POST', '/v1/positions', [{ ...ping, lat: 53.552, ts }]);
    const published = await readTopic(bootstrap, 'courier-positions', ({ length }) => length > 0);
    expect(published.map(({ key, value }) => [key, JSON.parse(value).lat])).toEqual([
      [courier.id, 53.552],
    ]);
  });
});
