import type { IncomingMessage } from 'node:http';
import { Problem } from '../../kernel/errors.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { RequestContext } from '../kit/route.ts';

/** One request in progress. Logger and query are created lazily: most hot requests need neither. */
export class Call implements RequestContext {
  readonly requestId: string;
  readonly clientIp: string;
  readonly path: string;
  readonly versioned: boolean;
  /** From `performance.now()`, milliseconds. */
  readonly startedAt: number;
  params: Readonly<Record<string, string>> = {};
  /** Pattern of the matched route, for metrics; never the raw path. */
  pattern = NO_ROUTE;
  readonly #search: string;
  readonly #baseLog: Logger;
  #query: URLSearchParams | null = null;
  #log: Logger | null = null;

  constructor(
    requestId: string,
    clientIp: string,
    url: RequestUrl,
    startedAt: number,
    baseLog: Logger,
  ) {
    this.requestId = requestId;
    this.clientIp = clientIp;
    this.path = url.path;
    this.versioned = url.versioned;
    this.startedAt = startedAt;
    this.#search = url.search;
    this.#baseLog = baseLog;
  }

  /** The raw query, without the question mark. */
  get search(): string {
    return this.#search;
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.#search.replace(UNENCODED_OFFSET, '$1%2B$2'));
    return this.#query;
  }

  get log(): Logger {
    this.#log ??= this.#baseLog.child({ request_id: this.requestId });
    return this.#log;
  }
}

/** The end of an instant whose `+` was not encoded, so that a form's reader sees a blank. */
const UNENCODED_OFFSET =
  /(T\d\d(?:(?::|%3A)?\d\d){1,2}(?:[.,]\d{1,9})?)(?:\+|%20)(\d\d(?::|%3A)?\d\d)(?=&|$)/gi;

/** The label of requests without a route. */
const NO_ROUTE = '(none)';

const CALL = Symbol('call');

/** Carries the call through Express, which passes on only the request. */
interface RequestWithCall extends IncomingMessage {
  [CALL]?: Call;
}

export function attachCall(request: RequestWithCall, call: Call): void {
  request[CALL] = call;
}

export function callOf(request: RequestWithCall): Call {
  const call = request[CALL];
  if (call === undefined) throw new Error('a request reached Express without passing the front');
  return call;
}

/** A request's target, parsed once for both servers. */
export interface RequestUrl {
  /** Raw path without the `/v1` prefix and the query. */
  readonly path: string;
  readonly versioned: boolean;
  /** Without the question mark. */
  readonly search: string;
}

/** Longer than any URL our pages or filters need. */
const URL_CHARS_MAX = 4_096;
const VERSION = '/v1';

/**
 * Splits a request's target into path and query, and removes `/v1`. Throws `Problem` for an
 * unusable path: not decodable, with a NUL, too long, or in the authority
 * and asterisk forms that only proxies and OPTIONS use.
 */
export function readRequestUrl(url: string): RequestUrl {
  if (url.length > URL_CHARS_MAX) {
    throw new Problem('bad_request', { 'requests.urlTooLong': { urlCharsMax: URL_CHARS_MAX } });
  }
  const target = url.startsWith('/') ? url : originForm(url);
  const fragment = target.indexOf('#');
  const withoutFragment = fragment < 0 ? target : target.slice(0, fragment);
  const cut = withoutFragment.indexOf('?');
  const path = cut < 0 ? withoutFragment : withoutFragment.slice(0, cut);
  const search = cut < 0 ? '' : withoutFragment.slice(cut + 1);
  if (path.includes('%')) assertDecodable(path);
  if (search.includes('%00')) throw new Problem('bad_request', 'requests.nulInQuery');
  if (path === VERSION) return { path: '/', versioned: true, search };
  if (path.startsWith(`${VERSION}/`)) {
    return { path: path.slice(VERSION.length), versioned: true, search };
  }
  return { path, versioned: false, search };
}

/**
 * The path and query of an absolute URL (`GET http://host/path`), which servers must accept
 * although clients hardly send it. Throws `Problem` for anything else.
 */
function originForm(url: string): string {
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) {
    const { pathname, search } = new URL(url);
    return pathname + search;
  }
  throw new Problem('bad_request', 'requests.targetNotPath');
}

function assertDecodable(path: string): void {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw new Problem('bad_request', 'requests.pathNotPercentEncoded');
  }
  if (decoded.includes('\0')) throw new Problem('bad_request', 'requests.nulInPath');
}
