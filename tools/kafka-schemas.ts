import { join } from 'node:path';
import { relaySchema } from '../src/reactions/kafka/index.ts';
import type { GeneratedFile } from './generated-file.ts';

/**
 * Generates the JSON schemas of records written to Kafka, from the schemas that tests validate
 * against.
 */
export async function kafkaSchemas(root: string): Promise<readonly GeneratedFile[]> {
  const file = (name: string, schema: unknown) => ({
    path: join(root, 'docs', 'kafka', name),
    content: `${JSON.stringify(schema, null, 2)}\n`,
  });
  return [
    file('shipment-events.schema.json', relaySchema('events')),
    file('status-events.schema.json', relaySchema('status')),
  ];
}
