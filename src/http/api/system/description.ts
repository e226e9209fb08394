import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import { openApiDocument } from '../../docs/openapi.ts';
import { type DocSite, docSite } from '../../docs/pages/docs-page.tsx';
import { DOCS_CSS } from '../../docs/pages/frame.tsx';
import { type Guide, guideNames, loadGuide } from '../../docs/pages/guides.ts';
import { docPictures } from '../../docs/pages/pictures.ts';
import { sendCompressed, sendFile } from '../../kit/compressed.ts';
import { asksForHtml } from '../../kit/negotiation.ts';
import type { Operation } from '../../kit/operation.ts';
import type { Handler, RequestContext, Route } from '../../kit/route.ts';
import {
  docApiOperation,
  docAreaOperation,
  docImageOperation,
  docScriptOperation,
  docSearchOperation,
  docsOperation,
  errorDocsOperation,
  guideInFolderMarkdownOperation,
  guideInFolderOperation,
  guideMarkdownOperation,
  guideOperation,
  llmsOperation,
  openapiOperation,
} from './operations.ts';

/**
 * The API's description for machines and people, generated once on first request.
 *
 * @param made the guides that are made from what is installed.
 */
export function descriptionRoutes(
  publicUrl: () => string,
  operations: readonly Operation[],
  made: () => readonly Guide[],
): readonly Route[] {
  const document = once(() => openApiDocument(productVersion(), operations));
  const json = once(() => Buffer.from(JSON.stringify(document())));
  const guides = once(() => [...guideNames().map(loadGuide), ...made()]);
  const site = once(() => docSite(document(), guides(), publicUrl()));
  const script = once(() =>
    readFileSync(new URL('../../docs/pages/assets/docs.js', import.meta.url)),
  );
  return [
    route(openapiOperation.path, textHandler('application/json; charset=utf-8', json)),
    {
      ...route(
        docsOperation.path,
        pageHandler(site, () => site().index()),
      ),
      below: nowhereHandler(site),
    },
    route(
      docApiOperation.path,
      pageHandler(site, () => site().api()),
    ),
    route(
      docAreaOperation.path,
      pageHandler(site, ({ params }) => site().area(params['area'] ?? '')),
    ),
    ...[guideOperation, guideInFolderOperation].map(({ path }) =>
      route(
        path,
        pageHandler(site, ({ params }) => site().guide(nameIn(params))),
      ),
    ),
    ...[guideMarkdownOperation, guideInFolderMarkdownOperation].map(({ path }) =>
      route(
        path,
        pageHandler(site, ({ params }) => site().markdown(nameIn(params)), MARKDOWN),
      ),
    ),
    route(docImageOperation.path, imageHandler(site)),
    route(
      llmsOperation.path,
      textHandler(
        'text/plain; charset=utf-8',
        once(() => Buffer.from(site().llms())),
      ),
    ),
    route(
      errorDocsOperation.path,
      pageHandler(site, () => site().errors()),
    ),
    route(docSearchOperation.path, searchHandler(site)),
    route(docScriptOperation.path, textHandler('text/javascript; charset=utf-8', script)),
  ];
}

/** `webhooks`, and in a folder `carriers/ID`. */
function nameIn(params: RequestContext['params']): string {
  return Object.values(params).join('/');
}

/** The version in package.json. */
export function productVersion(): string {
  const file: unknown = JSON.parse(readFileSync(`${PROJECT_ROOT}package.json`, 'utf8'));
  return z.object({ version: z.string() }).parse(file).version;
}

function route(path: string, handler: Handler): Route {
  return { method: 'GET', path, hot: false, handler };
}

const STYLE_HASH = createHash('sha256').update(DOCS_CSS).digest('base64');
/**
 * Allows the page's own style, the pictures of the docs, and the script that sends requests to this
 * hub: no frames.
 */
const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
/** A drawing has its own style, and does nothing else. */
const PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
const MAX_AGE_S = 300;
const QUERY_CHARS_MAX = 100;
const HTML = docHeaders('text/html; charset=utf-8');
const MARKDOWN = docHeaders('text/markdown; charset=utf-8');

function docHeaders(type: string) {
  return {
    'content-type': type,
    'content-language': 'en',
    'cache-control': `public, max-age=${MAX_AGE_S}`,
    'content-security-policy': CONTENT_SECURITY_POLICY,
  };
}

function textHandler(type: string, content: () => Buffer): Handler {
  const headers = docHeaders(type);
  return (request, response) => sendFile(request, response, headers, content());
}

/** Serves a page that is the same for everybody, rendered once; null: not found. */
function pageHandler(
  site: () => DocSite,
  content: (call: RequestContext) => string | null,
  headers = HTML,
): Handler {
  const made = new Map<string, Buffer>();
  const nowhere = nowhereHandler(site);
  return async (request, response, context) => {
    const name = nameIn(context.params);
    const known = made.get(name);
    const body = known ?? content(context);
    if (body === null) return nowhere(request, response, context);
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (known === undefined) made.set(name, bytes);
    await sendFile(request, response, headers, bytes);
  };
}

function imageHandler(site: () => DocSite): Handler {
  const pictures = once(() => new Map(docPictures().map((each) => [each.path, each])));
  const nowhere = nowhereHandler(site);
  return (request, response, context) => {
    const picture = pictures().get(context.path);
    if (picture === undefined) return nowhere(request, response, context);
    const headers = { ...docHeaders(picture.type), 'content-security-policy': PICTURE_POLICY };
    return sendFile(request, response, headers, picture.bytes);
  };
}

/** Search results are rendered for each request. */
function searchHandler(site: () => DocSite): Handler {
  return async (request, response, { query }) => {
    const words = (query.get('q') ?? '').trim().slice(0, QUERY_CHARS_MAX);
    await sendCompressed(request, response, 200, HTML, site().search(words));
  };
}

/** A page for people at a path that leads to nothing, with what they may have looked for. */
function nowhereHandler(site: () => DocSite): Handler {
  return async (request, response, { path }) => {
    if (!asksForHtml(request.headers.accept)) {
      throw new Problem('not_found', 'requests.noSuchDocsPage');
    }
    const headers = { ...HTML, 'cache-control': 'no-store', vary: 'Accept' };
    const words =
      path
        .split('/')
        .at(-1)
        ?.replaceAll(/[^\p{L}\p{N}]+/gu, ' ') ?? '';
    await sendCompressed(request, response, 404, headers, site().nowhere(words.trim()));
  };
}

/** Returns a function that calls `make` at its first call and then returns the same value. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
