import { expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const SET = { KAFKA_BROKERS: 'kafka-1:9092, [::1]:9093' };

function faultsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ setting }) => setting);
  }
}

it('Kafka is off until brokers are set', () => {
  expect(readConfig({}).kafka).toBeNull();
  expect(readConfig(SET).kafka).toEqual({
    brokers: ['kafka-1:9092', '[::1]:9093'],
    clientId: 'waybill',
    tls: null,
    sasl: null,
    compression: 'none',
    topics: {
      status: 'status-events',
      events: expect.stringMatching(/-events$/),
      positions: null,
    },
    read: {
      scans: null,
      positions: null,
      deadLetters: 'waybill-dead-letters',
      group: 'waybill',
    },
    from: 'newest',
  });
});

it('brokers are reached and signed in to as configured, and a topic may be off', () => {
  const { kafka } = readConfig({
    ...SET,
    KAFKA_TLS: 'on',
    KAFKA_TLS_CA: '/etc/kafka/ca.pem',
    KAFKA_TOPIC_STATUS: 'off',
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    KAFKA_USERNAME: 'hub',
    KAFKA_PASSWORD: 'secret',
  });
  expect(kafka).toMatchObject({
    tls: { ca: '/etc/kafka/ca.pem', cert: null, key: null },
    sasl: { mechanism: 'SCRAM-SHA-512', username: 'hub', password: 'secret' },
    topics: { status: null, events: expect.stringMatching(/-events$/) },
  });
});

it.each([
  ['KAFKA_BROKERS', { KAFKA_BROKERS: 'kafka-1' }],
  ['KAFKA_BROKERS', { KAFKA_BROKERS: 'kafka://kafka-1:9092' }],
  ['KAFKA_TOPIC_STATUS', { ...SET, KAFKA_TOPIC_STATUS: 'status events' }],
  ['KAFKA_COMPRESSION', { ...SET, KAFKA_COMPRESSION: 'zstd' }],
  ['KAFKA_FROM', { ...SET, KAFKA_FROM: 'yesterday' }],
  ['KAFKA_PASSWORD', { ...SET, KAFKA_SASL_MECHANISM: 'PLAIN', KAFKA_USERNAME: 'hub' }],
  ['KAFKA_TLS', { ...SET, KAFKA_TLS_CA: 'ca.pem' }],
  ['KAFKA_TLS_KEY', { ...SET, KAFKA_TLS: 'on', KAFKA_TLS_CERT: 'hub.pem' }],
  ['KAFKA_BROKERS', { KAFKA_CLIENT_ID: 'hub' }],
  [
    'KAFKA_TOPIC_POSITIONS_OUT',
    { ...SET, KAFKA_TOPIC_POSITIONS: 'pings', KAFKA_TOPIC_POSITIONS_OUT: 'pings' },
  ],
  ['KAFKA_TOPIC_STATUS', { ...SET, KAFKA_TOPIC_SCANS: 'status-events' }],
])('%s: what cannot work is refused instead of doing nothing', (setting, env) => {
  expect(faultsOf(env)).toEqual([setting]);
});
