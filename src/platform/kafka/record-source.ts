import { Consumer, type Message, stringDeserializers } from '@platformatic/kafka';
import type { Logger } from '../observability/log.ts';
import type { KafkaServer } from '../settings/kafka.ts';
import { clientOptions } from './client-options.ts';
import { sentenceOf } from './failures.ts';

/** A record of a topic, as it was read. */
export interface ReadRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: ReadonlyMap<string, string>;
}

export interface RecordSourceOptions {
  readonly server: KafkaServer;
  /** Processes of one group share a topic; each group reads all of it. */
  readonly groupId: string;
  readonly topic: string;
  /**
   * Receives records in the order of their partition. The group's offset advances when it has
   * resolved; if it rejects, the records are delivered again.
   */
  readonly handle: (records: readonly ReadRecord[]) => Promise<void>;
  readonly log: Logger;
  /** Called at intervals with the number of records that the group has not handled. */
  readonly onLag: (records: number) => void;
}

/** A reader of a topic. */
export interface RecordSource {
  /** Resolves when the delivered records are handled and their offsets are committed. */
  stop(): Promise<void>;
}

type Stream = Awaited<ReturnType<Consumer<string, string, string, string>['consume']>>;

const TOGETHER_MAX = 500;
/** How long brokers hold a request while there is nothing to read. */
const WAIT_MS = 500;
/** A process that is killed is replaced after this time. */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 2_000;
const LAG_EVERY_MS = 10_000;
const RETRY_MS = 1_000;

export function openRecordSource(options: RecordSourceOptions): RecordSource {
  return new GroupReader(options);
}

class GroupReader implements RecordSource {
  readonly #options: RecordSourceOptions;
  readonly #done: Promise<void>;
  #stopping = false;
  #stream: Stream | null = null;
  #wakeUp: () => void = () => {};

  constructor(options: RecordSourceOptions) {
    this.#options = options;
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wakeUp();
    await this.#stream?.close().catch(() => {});
    await this.#done;
  }

  /** Reads until stopped. Never rejects. */
  async #run(): Promise<void> {
    const { log, topic } = this.#options;
    let wasLogged = false;
    while (!this.#stopping) {
      try {
        await this.#read(() => {
          if (wasLogged) log.info({ topic }, 'Kafka is read again');
          wasLogged = false;
        });
      } catch (err) {
        if (!wasLogged && !this.#stopping) {
          log.warn({ topic, why: sentenceOf(err) }, 'Kafka cannot be read and is tried again');
        }
        wasLogged = true;
      }
      await this.#pause();
    }
  }

  /** Joins the group and reads until stopped or until an error. */
  async #read(onBegun: () => void): Promise<void> {
    const { server, groupId, topic, onLag } = this.#options;
    const consumer = new Consumer<string, string, string, string>({
      ...clientOptions(server),
      groupId,
      deserializers: stringDeserializers,
      autocommit: false,
      autocreateTopics: true,
      maxWaitTime: WAIT_MS,
      retries: 3,
      retryDelay: 300,
    });
    consumer.on('consumer:lag', (lags) => {
      const each = [...lags.values()].flat().filter((lag) => lag > 0n);
      onLag(each.reduce((sum, lag) => sum + Number(lag), 0));
    });
    try {
      const stream = await consumer.consume({
        topics: [topic],
        mode: 'committed',
        // A new group also reads what was written earlier.
        fallbackMode: 'earliest',
        sessionTimeout: SESSION_MS,
        heartbeatInterval: HEARTBEAT_MS,
      });
      this.#stream = stream;
      if (this.#stopping) return;
      onBegun();
      consumer.startLagMonitoring({ topics: [topic] }, LAG_EVERY_MS);
      await this.#passOnBatches(consumer, stream);
    } finally {
      consumer.stopLagMonitoring();
      await this.#stream?.close().catch(() => {});
      this.#stream = null;
      await new Promise<void>((resolve) => consumer.close(true, () => resolve()));
    }
  }

  async #passOnBatches(
    consumer: Consumer<string, string, string, string>,
    stream: Stream,
  ): Promise<void> {
    let batch: Message<string, string, string, string>[] = [];
    for await (const message of stream) {
      batch.push(message);
      if (batch.length < TOGETHER_MAX && stream.readableLength > 0) continue;
      const isHandled = await this.#handle(batch.map(recordOf));
      if (!isHandled) return;
      await consumer.commit({ offsets: offsetsAfter(batch) });
      batch = [];
    }
  }

  /** Passes records on until they are handled; false: stopped before that. */
  async #handle(records: readonly ReadRecord[]): Promise<boolean> {
    const { handle, log, topic } = this.#options;
    for (let tries = 1; ; tries += 1) {
      try {
        await handle(records);
        return true;
      } catch (err) {
        log.warn({ err, topic, tries }, 'records of Kafka were not taken and are tried again');
      }
      if (this.#stopping) return false;
      await this.#pause();
      if (this.#stopping) return false;
    }
  }

  #pause(): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function recordOf(message: Message<string, string, string, string>): ReadRecord {
  const { topic, partition, offset, headers } = message;
  // The types promise key and value; a record may have neither.
  const key: string | undefined = message.key;
  const value: string | undefined = message.value;
  return { topic, partition, offset, headers, key: key ?? null, value: value ?? null };
}

/** Returns the next offset of each partition after these messages. */
function offsetsAfter(messages: readonly Message<string, string, string, string>[]) {
  const next = new Map<string, { topic: string; partition: number; offset: bigint }>();
  for (const { topic, partition, offset } of messages) {
    next.set(`${topic}:${partition}`, { topic, partition, offset: offset + 1n });
  }
  return [...next.values()].map((each) => ({ ...each, leaderEpoch: -1 }));
}
