import type { Server } from 'node:http';
import { responsesOf } from '../docs/responses.ts';
import { type RequestUrl, readRequestUrl } from '../front/call.ts';
import { createMatcher } from '../front/matcher.ts';
import { type Operation, TAGS } from '../kit/operation.ts';
import type { Route } from '../kit/route.ts';
import { OPERATIONS } from './test-operations.ts';

/** Statuses and media types that an operation does not describe, under `/v1` or as a page. */
export interface Described {
  /** `POST /shipments/:id: 418` or `GET /shipments/:id: 200 text/plain`, each once. */
  readonly undescribed: ReadonlySet<string>;
}

/**
 * Watches every response of a server under test, so that every test also proves that its responses
 * are described. Paths without a route and unsupported methods belong to no operation.
 */
export function watchAnswers(server: Server, routes: readonly Route[]): Described {
  const undescribed = new Set<string>();
  const matcher = createMatcher(routes);
  // Before the hub's own listener, which strips /v1 from the URL.
  server.prependListener('request', (request, response) => {
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
    const url = urlOf(request.url ?? '');
    const found = url && matcher.match(method, url.path, url.versioned);
    if (found?.kind !== 'route') return;
    response.on('finish', () => {
      const { path: pattern } = found.route;
      const responses = answersOf(method, pattern);
      const status = String(response.statusCode);
      // A test's own route is not an operation.
      if (Object.keys(responses).length === 0) return;
      const named = responses[status];
      const type = mediaTypeOf(response.getHeader('content-type'));
      if (named === undefined) undescribed.add(`${method} ${pattern}: ${status}`);
      else if (type !== null && !isDescribed(type, named)) {
        undescribed.add(`${method} ${pattern}: ${status} ${type}`);
      }
    });
  });
  return { undescribed };
}

/** The statuses that an operation describes, under `/v1` and as a page. */
export function statusesOf(method: string, pattern: string): readonly string[] {
  return Object.keys(answersOf(method, pattern));
}

interface NamedResponse {
  readonly content?: object;
}
type Responses = Readonly<Record<string, NamedResponse>>;

const PROBLEM = { 'application/problem+json': {} };
const PAGE = { 'text/html': {} };
const JSON_TYPE = { 'application/json': {} };
/** Errors of a drop-in API, which writes all of them in its own form. */
const DROP_IN_STATUSES = [400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 503];
/** Statuses that browsers get as a page where programs get JSON. */
const PAGE_STATUSES = ['200', '300', '401', '404', '410', '429'];
/** Statuses that are pages in response to a page's form. */
const FORM_STATUSES = [...PAGE_STATUSES, '403', '422'];

const BY_ROUTE: ReadonlyMap<string, Responses> = new Map(
  OPERATIONS.map((each) => [`${each.method} ${each.path}`, responsesWithPages(each)]),
);

function answersOf(method: string, pattern: string): Responses {
  return BY_ROUTE.get(`${method} ${pattern}`) ?? {};
}

/** The responses of a route, under `/v1` and to browsers. */
function responsesWithPages(described: Operation): Responses {
  const all: Record<string, NamedResponse> = {};
  if (described.tag === 'Drop-in API' || described.tag === 'Agents') {
    for (const status of DROP_IN_STATUSES) all[status] = { content: JSON_TYPE };
    for (const status of Object.keys(described.answers)) all[status] = { content: JSON_TYPE };
    return all;
  }
  for (const [status, response] of Object.entries(responsesOf(described))) {
    const { content } = '$ref' in response ? { content: PROBLEM } : response;
    all[status] = content === undefined ? {} : { content };
  }
  for (const status of pageStatusesOf(described, Object.keys(all))) {
    all[status] = { content: { ...(all[status]?.content ?? PROBLEM), ...PAGE } };
  }
  if (described.method === 'GET' && described.path.startsWith('/ops')) all['303'] = {};
  return all;
}

function pageStatusesOf(
  { pages, tag, form, method, path }: Operation,
  named: readonly string[],
): readonly string[] {
  const ofForm = method === 'POST' ? ['413', '415'] : [];
  if (!(tag in TAGS)) {
    const errors = named.filter((status) => status >= '400');
    return [...errors, '404', '429', ...ofForm];
  }
  // Outside `/v1` there is no operators' API; browsers are led to the console.
  if (path.startsWith('/ops')) return ['404'];
  if (form !== undefined || (pages === true && method === 'POST'))
    return [...FORM_STATUSES, ...ofForm];
  return pages === true ? PAGE_STATUSES : [];
}

function isDescribed(type: string, { content = {} }: NamedResponse): boolean {
  return type in content || '*/*' in content;
}

function mediaTypeOf(header: unknown): string | null {
  return typeof header === 'string' ? (header.split(';')[0] ?? null) : null;
}

function urlOf(url: string): RequestUrl | null {
  try {
    return readRequestUrl(url);
  } catch {
    return null;
  }
}
