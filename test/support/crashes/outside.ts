import type { KafkaRecord, RecordSink } from '../../../src/platform/kafka/record-sink.ts';
import type { EgressOutcome, EgressRequest } from '../../../src/platform/net/egress.ts';
import type { Channel, ChannelKind } from '../../../src/reactions/notifications/index.ts';
import type { Life } from '../hubs/mortal.ts';

/**
 * The external parties of a hub. They survive its crashes and remember what they received; each
 * exchange has a crash point before it and one after it.
 */
export interface Outside {
  /** A merchant's system, which accepts everything. */
  post(life: Life): (request: EgressRequest) => Promise<EgressOutcome>;
  channel(life: Life, kind: ChannelKind, repeat: Channel['repeat']): Channel;
  sink(life: Life): RecordSink;
  /** The merchant's events about a parcel, each once and in the order in which it first came. */
  webhooksOf(subjectId: string): readonly unknown[];
  /** Records with the parcel's key, each once and in the order in which it first came, by topic. */
  recordsOf(key: string): Readonly<Record<string, readonly unknown[]>>;
  timesSent(notificationId: string): number;
}

export function openOutside(): Outside {
  const posted: { readonly id: string; readonly said: { readonly data: { id: string } } }[] = [];
  const records: KafkaRecord[] = [];
  const sent = new Map<string, number>();
  return {
    post:
      (life) =>
      async ({ headers = {}, body }) => {
        life.step('before the merchant is notified');
        posted.push({
          id: headers['webhook-id'] ?? '',
          said: JSON.parse(Buffer.from(body).toString('utf8')),
        });
        life.step('after the merchant was notified');
        return { kind: 'answer', status: 200, headers: {}, text: '', truncated: false };
      },
    channel: (life, kind, repeat) => ({
      provider: kind,
      kind,
      account: kind,
      repeat,
      async send({ notificationId }) {
        life.step(`before the ${kind} is sent`);
        sent.set(notificationId, (sent.get(notificationId) ?? 0) + 1);
        life.step(`after the ${kind} was sent`);
        return { outcome: 'accepted', providerId: null };
      },
    }),
    sink: (life) => ({
      async send(batch) {
        life.step('before Kafka is written to');
        records.push(...batch);
        life.step('after Kafka was written to');
      },
      async close() {},
    }),
    webhooksOf(subjectId) {
      const ours = posted.filter(({ said }) => said.data.id === subjectId);
      return firstOfEach(ours, ({ id }) => id).map(({ said }) => said);
    },
    recordsOf(key) {
      const ours = records.filter((record) => record.key === key);
      const topics = [...new Set(ours.map(({ topic }) => topic))].sort();
      return Object.fromEntries(
        topics.map((topic) => {
          const values = ours.filter((record) => record.topic === topic);
          return [
            topic,
            firstOfEach(values, ({ value }) => value).map(({ value }) => JSON.parse(value)),
          ];
        }),
      );
    },
    timesSent: (id) => sent.get(id) ?? 0,
  };
}

function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const first = new Map<string, T>();
  for (const item of items) if (!first.has(keyOf(item))) first.set(keyOf(item), item);
  return [...first.values()];
}
