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
  const consumer = new Consumer<string, string, string, string>({
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
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'earliest',
    sessionTimeout: 10_000,
    heartbeatInterval: 1_000,
  });
  const records: ReadRecord[] = [];
  try {
    for await (const { key, value, partition, headers } of stream) {
      records.push({ key, value, partition, headers: Object.fromEntries(headers) });
      if (enough(records)) return records;
    }
    return records;
  } finally {
    await stream.close();
    await consumer.close(true);
  }
}
