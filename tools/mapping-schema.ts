import { join } from 'node:path';
import { mappingJsonSchema } from '../src/normalization/index.ts';
import type { GeneratedFile } from './generated-file.ts';

/** The JSON schema by which editors complete mapping files, from what the hub checks them with. */
export async function mappingSchema(root: string): Promise<readonly GeneratedFile[]> {
  const path = join(root, 'config', 'carrier-mappings.schema.json');
  return [{ path, content: `${JSON.stringify(mappingJsonSchema(), null, 2)}\n` }];
}
