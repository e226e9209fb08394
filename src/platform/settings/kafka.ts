import { z } from 'zod';
import * as value from './values.ts';

const HOST_AND_PORT = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):\d{1,5}$/;
const TOPIC = /^[A-Za-z0-9._-]{1,249}$/;
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4'] as const;

const brokers = value.list.refine(
  (members) => members.length > 0 && members.every((member) => HOST_AND_PORT.test(member)),
  'expected brokers as host:port, separated by commas, such as kafka-1:9092,kafka-2:9092',
);

const name = z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, 'expected letters, digits, dots, _ and -');

const topicName = z
  .string()
  .refine(
    (text) => TOPIC.test(text) && text !== '.' && text !== '..',
    'expected a topic of letters, digits, dots, _ and -',
  );

/** A topic's name, or null for `off`: then nothing is written or read there. */
const topic = topicName.transform((text) => (text === 'off' ? null : text));

/** How each Kafka setting is parsed; config/defaults.yaml says what it is for. */
export const KAFKA_SETTINGS = {
  KAFKA_BROKERS: brokers.nullable(),
  KAFKA_CLIENT_ID: name,
  KAFKA_TLS: value.onOrOff,
  KAFKA_TLS_CA: value.folder.nullable(),
  KAFKA_TLS_CERT: value.folder.nullable(),
  KAFKA_TLS_KEY: value.folder.nullable(),
  KAFKA_SASL_MECHANISM: z.enum(MECHANISMS, `expected one of ${MECHANISMS.join(', ')}`).nullable(),
  KAFKA_USERNAME: z.string().nullable(),
  KAFKA_PASSWORD: z.string().nullable(),
  KAFKA_COMPRESSION: z.enum(COMPRESSIONS, `expected one of ${COMPRESSIONS.join(', ')}`),
  KAFKA_TOPIC_STATUS: topic,
  KAFKA_TOPIC_EVENTS: topic,
  KAFKA_TOPIC_SCANS: topic,
  KAFKA_TOPIC_POSITIONS: topic,
  KAFKA_TOPIC_POSITIONS_OUT: topic,
  KAFKA_TOPIC_DEAD_LETTERS: topicName,
  KAFKA_GROUP: name,
  KAFKA_FROM: z.enum(['newest', 'oldest'], 'expected newest or oldest'),
};

const kafkaValues = z.object(KAFKA_SETTINGS);
type KafkaValues = z.infer<typeof kafkaValues>;

/** How brokers are reached, and with which identity. */
export interface KafkaServer {
  /** `host:port` of the bootstrap brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Files in PEM; null within it: not given. Null: no TLS. */
  readonly tls: {
    readonly ca: string | null;
    readonly cert: string | null;
    readonly key: string | null;
  } | null;
  readonly sasl: {
    readonly mechanism: (typeof MECHANISMS)[number];
    readonly username: string;
    readonly password: string;
  } | null;
  readonly compression: (typeof COMPRESSIONS)[number];
}

export interface KafkaSettings extends KafkaServer {
  /** The topics to write; null: not written. */
  readonly topics: Readonly<Record<'status' | 'events' | 'positions', string | null>>;
  /**
   * The topics to read, the consumer group, and the topic for rejected records; a topic that is
   * null is not read.
   */
  readonly read: {
    readonly scans: string | null;
    readonly positions: string | null;
    readonly deadLetters: string;
    readonly group: string;
  };
  /** Where the relay begins in a log that it has never read. */
  readonly from: 'newest' | 'oldest';
}

/** Returns the Kafka settings; null: Kafka is off. */
export function kafkaOf(values: KafkaValues): KafkaSettings | null {
  const { KAFKA_BROKERS: addresses, KAFKA_SASL_MECHANISM: mechanism } = values;
  if (addresses === null) return null;
  const { KAFKA_USERNAME: username, KAFKA_PASSWORD: password } = values;
  return {
    brokers: addresses,
    clientId: values.KAFKA_CLIENT_ID,
    tls: values.KAFKA_TLS
      ? { ca: values.KAFKA_TLS_CA, cert: values.KAFKA_TLS_CERT, key: values.KAFKA_TLS_KEY }
      : null,
    sasl:
      mechanism === null || username === null || password === null
        ? null
        : { mechanism, username, password },
    compression: values.KAFKA_COMPRESSION,
    topics: {
      status: values.KAFKA_TOPIC_STATUS,
      events: values.KAFKA_TOPIC_EVENTS,
      positions: values.KAFKA_TOPIC_POSITIONS_OUT,
    },
    read: {
      scans: values.KAFKA_TOPIC_SCANS,
      positions: values.KAFKA_TOPIC_POSITIONS,
      deadLetters: values.KAFKA_TOPIC_DEAD_LETTERS,
      group: values.KAFKA_GROUP,
    },
    from: values.KAFKA_FROM,
  };
}

/** Settings of which the first requires the second. */
const NEEDS = [
  ['KAFKA_USERNAME', 'KAFKA_SASL_MECHANISM'],
  ['KAFKA_USERNAME', 'KAFKA_PASSWORD'],
  ['KAFKA_PASSWORD', 'KAFKA_USERNAME'],
  ['KAFKA_SASL_MECHANISM', 'KAFKA_USERNAME'],
  ['KAFKA_TLS_CERT', 'KAFKA_TLS_KEY'],
  ['KAFKA_TLS_KEY', 'KAFKA_TLS_CERT'],
] as const;
/** Topics that are read, and those that are written. */
const READ = ['KAFKA_TOPIC_SCANS', 'KAFKA_TOPIC_POSITIONS'];
const WRITTEN = ['STATUS', 'EVENTS', 'POSITIONS_OUT', 'DEAD_LETTERS'];
const TLS_FILES = ['KAFKA_TLS_CA', 'KAFKA_TLS_CERT', 'KAFKA_TLS_KEY'] as const;

/**
 * Returns the faults in the combination of Kafka settings: those that need another one, and topics
 * that would be both read and written.
 * @param defaultOf the value of a setting that is not given.
 */
export function kafkaFaults(
  given: ReadonlyMap<string, string>,
  defaultOf: (name: string) => string | null | undefined,
) {
  const faults: { readonly setting: string; readonly found: string; readonly expected: string }[] =
    [];
  const add = (setting: string, expected: string, found = 'none') =>
    faults.push({ setting, expected: `expected ${expected}`, found });
  for (const [present, missing] of NEEDS) {
    if (given.has(present) && !given.has(missing)) add(missing, `both this and ${present}`);
  }
  const file = TLS_FILES.find((name) => given.has(name));
  if (file !== undefined && given.get('KAFKA_TLS') !== 'on') {
    add('KAFKA_TLS', `on, because ${file} is set`, 'off');
  }
  for (const read of READ) {
    const topic = given.get(read) ?? 'off';
    for (const name of WRITTEN.map((each) => `KAFKA_TOPIC_${each}`)) {
      if (topic === 'off' || (given.get(name) ?? defaultOf(name)) !== topic) continue;
      add(name, `another topic than ${read}, because the hub must not read what it writes`, topic);
    }
  }
  const needing = Object.keys(KAFKA_SETTINGS).find((name) => given.has(name));
  if (needing !== undefined && !given.has('KAFKA_BROKERS')) {
    add('KAFKA_BROKERS', `brokers, because ${needing} is set`);
  }
  return faults;
}
