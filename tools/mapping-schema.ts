import { join } from 'node:path';
import { mappingJsonSchema } from '../src/normalization/index.ts';
import type { GeneratedFile } from './generated-file.ts';

/**
 * Generates the JSON schema for completing mapping files in editors, from the hub's own validation.
 */
export async function mappingSchema(root: string): Promise<readonly GeneratedFile[]> {
  const path = join(root, 'config', 'carrier-mappings.schema.json');
  return [{ path, content: `${JSON.stringify(mappingJsonSchema(), null, 2)}\n` }];
}
