import type { Config } from '../settings/config.ts';
import { type Finding, failed, ok, warn } from './finding.ts';

/** Checks which topics the brokers have; returns no finding if no Kafka is configured. */
export async function checkKafka({ kafka }: Pick<Config, 'kafka'>): Promise<Finding[]> {
  if (kafka === null) return [];
  const name = 'Kafka';
  const { KafkaAway } = await import('../kafka/failures.ts');
  const { listTopics } = await import('../kafka/client-options.ts');
  try {
    const topics = await listTopics(kafka);
    const missing = Object.values(kafka.topics).filter(
      (topic) => topic !== null && !topics.has(topic),
    );
    if (missing.length === 0) return [ok(name, 'the brokers answer, and the topics are there')];
    const found = `the brokers answer, but there is no ${missing.join(', ')}`;
    const fix =
      'The first record makes it, if the brokers allow that; else create it (docs/kafka.md).';
    return [warn(name, found, fix)];
  } catch (error) {
    const fix = 'Check KAFKA_BROKERS, KAFKA_TLS… and KAFKA_SASL…; events wait in the database.';
    return [failed(name, new KafkaAway(error), fix)];
  }
}
