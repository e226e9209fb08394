import { join } from 'node:path';
import { productVersion } from '../src/http/api/system/description.ts';
import { openApiDocument } from '../src/http/docs/openapi.ts';
import { errorsMarkdown } from '../src/http/docs/pages/errors-markdown.ts';
import { API_OPERATIONS } from '../src/http/testing/test-operations.ts';
import type { GeneratedFile } from './generated-file.ts';

/**
 * Generates docs/openapi.json and docs/errors.md from the operations and the catalogue of errors.
 */
export async function apiDocs(root: string): Promise<readonly GeneratedFile[]> {
  const document = openApiDocument(productVersion(), API_OPERATIONS);
  return [
    { path: join(root, 'docs', 'openapi.json'), content: `${JSON.stringify(document, null, 2)}\n` },
    { path: join(root, 'docs', 'errors.md'), content: errorsMarkdown() },
  ];
}
