import type { IncomingMessage, ServerResponse } from 'node:http';
import { cacheTag, type PublicTrackRow } from '../../../tracking/ports/public-tracks.ts';
import { sendCompressed } from '../../kit/compressed.ts';

/**
 * Headers of public responses: cache directives, entity tags, and no indexing by search engines.
 */

/**
 * The response depends on these headers besides its URL; under `/v1` it is always the same JSON.
 */
const VARY = 'Accept, Accept-Language';

const JSON_TYPE = 'application/json; charset=utf-8';
const HTML_TYPE = 'text/html; charset=utf-8';

/** Responses that concern no single parcel, such as a choice between two. */
const PASSING_MAX_AGE_S = 10;

/**
 * Sends the stored answer unchanged. Headers are one flat list and the body is text, so node writes
 * both in one call; the throughput of this endpoint depends on it (docs/benchmarks.md, lookup).
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
    cacheTag(row.carrier, row.trackingNumber),
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
  // One byte per character, so node need not scan the text again.
  const encoding = length === body.length ? 'latin1' : 'utf8';
  response.writeHead(200, headers).end(body, encoding);
}

interface HtmlAnswer {
  readonly status: number;
  /** Language of the page, such as `en`. */
  readonly language: string;
  readonly contentSecurityPolicy: string;
  /** Absent: the page is private and must not be cached. */
  readonly cache?: {
    readonly etag: string;
    readonly maxAgeS: number;
    readonly tag?: string;
  };
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Sends a page, or 304.
 *
 * @param render called only when the client does not have the current version cached.
 */
export function sendHtml(
  request: IncomingMessage,
  response: ServerResponse,
  answer: HtmlAnswer,
  render: () => string | Uint8Array,
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
  // Pages with secrets are not compressed: their compressed length would leak information.
  if (cache !== undefined) {
    sendCompressed(request, response, answer.status, headers, body).catch((error) =>
      response.destroy(error),
    );
    return;
  }
  headers['content-length'] = String(Buffer.byteLength(body));
  response.writeHead(answer.status, headers).end(body);
}

interface Choices {
  readonly choices: readonly Readonly<Record<string, string>>[];
}

/** 300: several resources match; each choice carries its URL. */
export function sendChoicesJson(to: JsonReader, choices: Choices): void {
  sendJson(to, 300, JSON.stringify(choices), cacheControl(PASSING_MAX_AGE_S));
}

/** The response to write, and whether the request was under `/v1`. */
interface JsonReader {
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

/**
 * Browsers revalidate each time and mostly get 304; shared caches may reuse the response for some
 * seconds.
 */
function cacheControl(maxAgeS: number): string {
  return `public, max-age=0, s-maxage=${maxAgeS}`;
}

/** True when the client already has that entity; weak comparison (RFC 9110 §13.1.2). */
export function isFresh(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag) return true;
  return ifNoneMatch
    .split(',')
    .some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}
