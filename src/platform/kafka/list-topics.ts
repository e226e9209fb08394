import { Admin } from '@platformatic/kafka';
import type { KafkaServer } from '../settings/kafka.ts';
import { clientOptions } from './client-options.ts';

/** The names of the topics that we may see. Rejects if the brokers do not answer. */
export async function listTopics(server: KafkaServer): Promise<ReadonlySet<string>> {
  const admin = new Admin({ ...clientOptions(server), retries: 0 });
  try {
    return new Set(await admin.listTopics());
  } finally {
    await admin.close().catch(() => {});
  }
}
