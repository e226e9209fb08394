import { join } from 'node:path';
import { errorsMarkdown } from '../src/http/openapi/docs/errors-markdown.ts';
import { openApiDocument } from '../src/http/openapi/openapi.ts';
import { productVersion } from '../src/http/resources/system/description.ts';
import type { GeneratedFile } from './generated-file.ts';

/** docs/openapi.json and docs/errors.md, from the operations and the catalogue of errors. */
export async function apiDocs(root: string): Promise<readonly GeneratedFile[]> {
  const document = openApiDocument(productVersion());
  return [
    { path: join(root, 'docs', 'openapi.json'), content: `${JSON.stringify(document, null, 2)}\n` },
    { path: join(root, 'docs', 'errors.md'), content: errorsMarkdown() },
  ];
}
