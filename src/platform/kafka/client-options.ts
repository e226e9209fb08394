import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { Admin } from '@platformatic/kafka';
import type { KafkaServer } from '../settings/kafka.ts';

/** How long a broker may take to accept a connection, and to answer. */
const CONNECT_MS_MAX = 3_000;
const ANSWER_MS_MAX = 10_000;

/**
 * Returns the options of every Kafka client. Reads the TLS files again each time, so that a renewed
 * certificate applies from the next connection on.
 *
 * @throws if one of them cannot be read
 */
export function clientOptions({ brokers, clientId, tls, sasl }: KafkaServer) {
  return {
    clientId,
    bootstrapBrokers: [...brokers],
    connectTimeout: CONNECT_MS_MAX,
    requestTimeout: ANSWER_MS_MAX,
    ...(tls === null
      ? {}
      : {
          tls: {
            ...(tls.ca === null ? {} : { ca: readFileSync(tls.ca) }),
            ...(tls.cert === null ? {} : { cert: readFileSync(tls.cert) }),
            ...(tls.key === null ? {} : { key: readFileSync(tls.key) }),
          },
          // Some brokers choose their certificate by this name, which may not be an address.
          tlsServerName: !brokers.some(isAddress),
        }),
    ...(sasl === null ? {} : { sasl }),
  };
}

function isAddress(broker: string): boolean {
  return isIP(broker.slice(0, broker.lastIndexOf(':')).replaceAll(/[[\]]/g, '')) !== 0;
}

/** Returns the names of the topics that we may see. Rejects if the brokers do not answer. */
export async function listTopics(server: KafkaServer): Promise<ReadonlySet<string>> {
  const admin = new Admin({ ...clientOptions(server), retries: 0 });
  try {
    return new Set(await admin.listTopics());
  } finally {
    await admin.close().catch(() => {});
  }
}
