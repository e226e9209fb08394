import type { IncomingMessage, ServerResponse } from 'node:http';
import { cacheTag, type PublicTrackRow } from '../../../tracking/index.ts';
import { sendCompressed } from '../../kit/compressed.ts';

/** How public answers leave: cache directives, entity tags, and nothing for search engines. */

/** What the answer depends on besides its address; under `/v1` it is always the same JSON. */
const VARY = 'Accept, Accept-Language';

const JSON_TYPE = 'application/json; charset=utf-8';
const HTML_TYPE = 'text/html; charset=utf-8';

/** Answers that are about no parcel in particular, such as a choice between two. */
const PASSING_MAX_AGE_S = 10;

/**
 * The stored answer as it is. Headers go out as one flat list and the body as text: node then
 * sends both in one write, which this endpoint's throughput hangs on (docs/benchmarks.md, lookup).
 */
export function sendTrackJson(
  request: IncomingMessage,
  response: ServerResponse,
  row: PublicTrackRow,
  { versioned, maxAgeS }: { readonly versioned: boolean; readonly maxAgeS: number },
): void {
  const { etag, body } = row;
  const headers = [
    'etag',
    etag,
    'cache-control',
    cacheControl(maxAgeS),
    'cache-tag',
    cacheTag(row.carrier, row.tracking_number),
    'x-robots-tag',
    'noindex',
  ];
  if (!versioned) headers.push('vary', VARY);
  if (isFresh(request.headers['if-none-match'], etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const length = Buffer.byteLength(body);
  headers.push('content-type', JSON_TYPE, 'content-length', String(length));
  // A byte for each character: then node need not look at each of them again.
  const encoding = length === body.length ? 'latin1' : 'utf8';
  response.writeHead(200, headers).end(body, encoding);
}

export interface HtmlAnswer {
  readonly status: number;
  /** Of the page, `en`. */
  readonly language: string;
  readonly contentSecurityPolicy: string;
  /** Absent: the page is for nobody else and not to be kept. */
  readonly cache?: {
    readonly etag: string;
    readonly maxAgeS: number;
    readonly tag?: string;
  };
  readonly headers?: Readonly<Record<string, string>>;
}

/** @param render is called only when the reader does not have the page already. */
export function sendHtml(
  request: IncomingMessage,
  response: ServerResponse,
  answer: HtmlAnswer,
  render: () => string,
): void {
  const { cache } = answer;
  const headers: Record<string, string> = {
    'content-language': answer.language,
    'content-security-policy': answer.contentSecurityPolicy,
    'cache-control': cache === undefined ? 'no-store' : cacheControl(cache.maxAgeS),
    vary: VARY,
    'x-robots-tag': 'noindex',
    ...(cache === undefined ? {} : { etag: cache.etag }),
    ...(cache?.tag === undefined ? {} : { 'cache-tag': cache.tag }),
    ...answer.headers,
  };
  if (cache !== undefined && isFresh(request.headers['if-none-match'], cache.etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const body = render();
  headers['content-type'] = HTML_TYPE;
  // One with somebody's secrets is not: its length would tell of them.
  if (cache !== undefined) {
    sendCompressed(request, response, answer.status, headers, body).catch((error) =>
      response.destroy(error),
    );
    return;
  }
  headers['content-length'] = String(Buffer.byteLength(body));
  response.writeHead(answer.status, headers).end(body);
}

export interface Choices {
  readonly choices: readonly Readonly<Record<string, string>>[];
}

/** 300: several things fit; each choice names its address. */
export function sendChoicesJson(to: JsonReader, choices: Choices): void {
  sendJson(to, 300, JSON.stringify(choices), cacheControl(PASSING_MAX_AGE_S));
}

/** Who is answered, and whether they asked under `/v1`. */
export interface JsonReader {
  readonly response: ServerResponse;
  readonly context: { readonly versioned: boolean };
}

export function sendJson(
  { response, context }: JsonReader,
  status: number,
  body: string,
  cache = 'no-store',
): void {
  response
    .writeHead(status, {
      'content-type': JSON_TYPE,
      'content-length': Buffer.byteLength(body),
      'cache-control': cache,
      ...(context.versioned ? {} : { vary: VARY }),
      'x-robots-tag': 'noindex',
    })
    .end(body);
}

/** Browsers ask each time and are mostly told 304; shared caches may answer for some seconds. */
function cacheControl(maxAgeS: number): string {
  return `public, max-age=0, s-maxage=${maxAgeS}`;
}

/** True when the requester already has that entity; weak comparison (RFC 9110 §13.1.2). */
export function isFresh(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag) return true;
  return ifNoneMatch
    .split(',')
    .some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}
