import { compatibilityPartitioner, Producer, stringSerializers } from '@platformatic/kafka';
import type { KafkaServer } from '../settings/kafka.ts';
import { clientOptions } from './client-options.ts';
import { KafkaAway, RecordRefused, whyRefused } from './failures.ts';

/** A record to be written to a topic. Records with the same key stay in order. */
export interface KafkaRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestampMs: number;
}

/** The brokers to which records are written. */
export interface RecordSink {
  /**
   * Resolves when the brokers have stored all records on as many machines as they promise
   * (acks=all).
   *
   * @throws KafkaAway if they cannot accept records now; some of these may have been written
   * @throws RecordRefused if they will never accept one of these
   */
  send(records: readonly KafkaRecord[]): Promise<void>;
  close(): Promise<void>;
}

type Batch = Parameters<Producer<string, string, string, string>['send']>[0]['messages'];

/** The part of a client that the sink needs. It writes each record once, or fails. */
export interface BatchProducer {
  send(batch: { readonly messages: Batch }): Promise<unknown>;
  close(): Promise<unknown>;
}

/**
 * By default, brokers accept one mebibyte per request and partition, and all records may go to one
 * partition.
 */
const BATCH_CHARS_MAX = 400_000;
/** Approximate size of each record in addition to key, value and headers. */
const RECORD_CHARS = 64;
/** The sequence numbers by which brokers recognise repeats have 31 bits per partition. */
const RECORDS_OF_PRODUCER_MAX = 100_000_000;

/** Opens a sink to the brokers of the settings. It connects with the first record. */
export function openRecordSink(server: KafkaServer): RecordSink {
  return createRecordSink(() => {
    const producer = new Producer<string, string, string, string>({
      ...clientOptions(server),
      serializers: stringSerializers,
      idempotent: true,
      // After that the sender retries; if it were unlimited, the client would never give up.
      retries: 2,
      retryDelay: 200,
      compression: server.compression,
      // The partitioning of all other clients, so that a key is in the same partition whichever
      // client writes it.
      partitioner: (_, key) => compatibilityPartitioner(_, key),
      autocreateTopics: true,
    });
    return producer;
  });
}

/**
 * Creates a sink.
 *
 * @param open creates a client; after a failure it is closed and another is created. Its sequence
 * numbers would continue as if nothing had been written, and brokers treat a known number as a
 * repeat.
 */
export function createRecordSink(open: () => BatchProducer): RecordSink {
  let producer: BatchProducer | null = null;
  let sent = 0;
  let underWay: Promise<unknown> = Promise.resolve();

  async function discard(): Promise<void> {
    const old = producer;
    producer = null;
    sent = 0;
    await old?.close().catch(() => {});
  }

  /**
   * Sends a batch. If the cluster refuses it, it is split until the faulty record is found. Throws
   * `RecordRefused` for that one, `KafkaAway` if the cluster cannot be reached.
   */
  async function sendBatch(records: readonly KafkaRecord[]): Promise<void> {
    if (sent > RECORDS_OF_PRODUCER_MAX) await discard();
    try {
      producer ??= open();
      await producer.send({ messages: records.map(message) });
      sent += records.length;
    } catch (error) {
      await discard();
      const refused = whyRefused(error);
      if (refused === null) throw new KafkaAway(error);
      if (records.length === 1) throw new RecordRefused(refused);
      // A batch that is too large may fit when split; and among several records, the faulty one
      // must be found.
      const half = Math.ceil(records.length / 2);
      await sendBatch(records.slice(0, half));
      await sendBatch(records.slice(half));
    }
  }

  return {
    send(records) {
      // Batches are sent one after another, because the client numbers them as if there were only
      // one.
      const done = underWay.then(async () => {
        for (const batch of inBatches(records)) await sendBatch(batch);
      });
      underWay = done.catch(() => {});
      return done;
    },
    async close() {
      await underWay;
      await discard();
    },
  };
}

function message({ topic, key, value, headers, timestampMs }: KafkaRecord) {
  return { topic, key, value, headers, timestamp: BigInt(timestampMs) };
}

/**
 * Groups records into batches below the size limit; a record that is larger gets one of its own.
 */
function* inBatches(records: readonly KafkaRecord[]): Generator<readonly KafkaRecord[]> {
  let batch: KafkaRecord[] = [];
  let chars = 0;
  for (const record of records) {
    const size = record.key.length + record.value.length + RECORD_CHARS;
    if (batch.length > 0 && chars + size > BATCH_CHARS_MAX) {
      yield batch;
      batch = [];
      chars = 0;
    }
    batch.push(record);
    chars += size;
  }
  if (batch.length > 0) yield batch;
}
