import { Consumer, stringDeserializers } from '@platformatic/kafka';

/** A record as a reader of the topic gets it. */
export interface ReadRecord {
  readonly key: string;
  readonly value: string;
  readonly partition: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Reads a topic from its beginning, in order within each partition, until `enough` says so of all that
 * was read; the test's time is the limit.
 */
export async function readTopic(
  bootstrap: string,
  topic: string,
  enough: (records: readonly ReadRecord[]) => boolean,
): Promise<readonly ReadRecord[]> {
  for (let tries = 1; ; tries += 1) {
    const records: ReadRecord[] = [];
    try {
      await readInto(records, readerOf(bootstrap, topic), topic, enough);
      return records;
    } catch (error) {
      if (tries === READERS_MAX || records.length > 0) throw error;
    }
  }
}

/** A reader keeps asking the leader it knows of; when that broker was killed, only a new reader finds the next. */
const READERS_MAX = 12;

async function readInto(
  records: ReadRecord[],
  consumer: ReturnType<typeof readerOf>,
  topic: string,
  enough: (records: readonly ReadRecord[]) => boolean,
): Promise<void> {
  try {
    const stream = await consumer.consume({
      topics: [topic],
      mode: 'earliest',
      sessionTimeout: 10_000,
      heartbeatInterval: 1_000,
    });
    try {
      for await (const { key, value, partition, headers } of stream) {
        records.push({ key, value, partition, headers: Object.fromEntries(headers) });
        if (enough(records)) return;
      }
    } finally {
      await stream.close();
    }
  } finally {
    await consumer.close(true);
  }
}

function readerOf(bootstrap: string, topic: string) {
  return new Consumer<string, string, string, string>({
    groupId: `reader-of-${topic}-${process.pid}`,
    clientId: 'reader',
    bootstrapBrokers: bootstrap.split(','),
    deserializers: stringDeserializers,
    maxWaitTime: 100,
    autocommit: false,
    // Whoever reads first makes the topic; a leader is chosen a moment later.
    autocreateTopics: true,
    retries: 40,
    retryDelay: 250,
  });
}
