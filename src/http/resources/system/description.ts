import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PROJECT_ROOT } from '../../../platform/settings/defaults.ts';
import { sendFile } from '../../kit/compressed.ts';
import type { Handler, Route } from '../../kit/route.ts';
import { docsPage, errorsPage } from '../../openapi/docs/docs-page.tsx';
import { DOCS_CSS } from '../../openapi/docs/style.ts';
import { openApiDocument } from '../../openapi/openapi.ts';
import { docsOperation, errorDocsOperation, openapiOperation } from './operations.ts';

/** The API described for machines and for people, made once when first asked for. */
export function descriptionRoutes(publicUrl: () => string): readonly Route[] {
  const document = once(() => openApiDocument(productVersion()));
  const json = once(() => Buffer.from(JSON.stringify(document())));
  const docs = once(() => Buffer.from(docsPage(document(), publicUrl())));
  const errors = once(() => Buffer.from(errorsPage()));
  return [
    route(openapiOperation.path, text('application/json; charset=utf-8', json)),
    route(docsOperation.path, text('text/html; charset=utf-8', docs)),
    route(errorDocsOperation.path, text('text/html; charset=utf-8', errors)),
  ];
}

/** The version of package.json. */
export function productVersion(): string {
  const file: unknown = JSON.parse(readFileSync(`${PROJECT_ROOT}package.json`, 'utf8'));
  return z.object({ version: z.string() }).parse(file).version;
}

function route(path: string, handler: Handler): Route {
  return { method: 'GET', path, hot: false, handler };
}

const STYLE_HASH = createHash('sha256').update(DOCS_CSS).digest('base64');
/** Nothing but the page's own style: no script, no image, no frame. */
const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
const MAX_AGE_S = 300;

function text(type: string, content: () => Buffer): Handler {
  const headers = {
    'content-type': type,
    'content-language': 'en',
    'cache-control': `public, max-age=${MAX_AGE_S}`,
    'content-security-policy': CONTENT_SECURITY_POLICY,
  };
  return (request, response) => sendFile(request, response, headers, content());
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
