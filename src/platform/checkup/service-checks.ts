import { randomBytes } from 'node:crypto';
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
      'The first record creates it if the brokers allow that; otherwise create it yourself (docs/kafka.md).';
    return [warn(name, found, fix)];
  } catch (error) {
    const fix = 'Check KAFKA_BROKERS, KAFKA_TLS… and KAFKA_SASL…; events wait in the database.';
    return [failed(name, new KafkaAway(error), fix)];
  }
}

const SILENT_MS = 5_000;

/** Writes, lists and removes a small object: the three things that a hub must be allowed to do. */
export async function checkObjects({
  s3,
  objects,
}: Pick<Config, 's3' | 'objects'>): Promise<Finding> {
  const name = 'file store';
  if (s3 === null) return ok(name, `files are stored in ${objects}`);
  const { openS3Store } = await import('../objects/s3-store.ts');
  const store = openS3Store({ ...s3, silentMs: SILENT_MS });
  const key = `doctor/${randomBytes(8).toString('hex')}`;
  try {
    await store.put(key, Buffer.from('written by waybill doctor'));
    await store.list('doctor/')[Symbol.asyncIterator]().next();
    await store.remove(key);
    return ok(name, `${store.name} can be written, listed and cleared`);
  } catch (error) {
    return failed(
      name,
      error,
      'Check S3_BUCKET, S3_ENDPOINT, S3_REGION and the access key’s rights.',
    );
  } finally {
    store.close();
  }
}
