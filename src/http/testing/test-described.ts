import type { Server } from 'node:http';
import { createMatcher } from '../front/matcher.ts';
import { readRequestUrl } from '../front/request-url.ts';
import type { Route } from '../kit/route.ts';
import { openApiDocument } from '../openapi/openapi.ts';

/** Statuses and media types that `/openapi.json` does not name for the operation that answered. */
export interface Described {
  /** `POST /shipments/:id: 418` or `GET /shipments/:id: 200 text/plain`, each once. */
  readonly undescribed: ReadonlySet<string>;
}

const document = openApiDocument('0.0.0');

/**
 * Watches every answer of a server under test, so that each test that calls it proves, too, that
 * what it met is described. Paths without a route and methods they do not take are no operation's.
 */
export function watchAnswers(server: Server, routes: readonly Route[]): Described {
  const undescribed = new Set<string>();
  const matcher = createMatcher(routes);
  server.on('request', (request, response) => {
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
    const path = pathOf(request.url ?? '');
    const found = path === null ? null : matcher.match(method, path);
    if (found?.kind !== 'route') return;
    response.on('finish', () => {
      const { path: pattern } = found.route;
      const responses = responsesOf(method, pattern);
      const status = String(response.statusCode);
      // A route that a test brings itself is no operation.
      if (Object.keys(responses).length === 0) return;
      const named = responses[status];
      const type = mediaTypeOf(response.getHeader('content-type'));
      if (named === undefined) undescribed.add(`${method} ${pattern}: ${status}`);
      else if (type !== null && !isNamed(type, named)) {
        undescribed.add(`${method} ${pattern}: ${status} ${type}`);
      }
    });
  });
  return { undescribed };
}

/** As `/openapi.json` names them for one operation. */
export function statusesOf(method: string, pattern: string): readonly string[] {
  return Object.keys(responsesOf(method, pattern));
}

interface NamedResponse {
  readonly content?: object;
}
type Responses = Readonly<Record<string, NamedResponse>>;

function responsesOf(method: string, pattern: string): Responses {
  const path = pattern.replaceAll(/:([a-z_]+)/g, '{$1}');
  const item = document.paths?.[path] as Record<string, { responses?: Responses }> | undefined;
  return item?.[method.toLowerCase()]?.responses ?? {};
}

function isNamed(type: string, { content = {} }: NamedResponse): boolean {
  return type in content || '*/*' in content;
}

function mediaTypeOf(header: unknown): string | null {
  return typeof header === 'string' ? (header.split(';')[0] ?? null) : null;
}

function pathOf(url: string): string | null {
  try {
    return readRequestUrl(url).path;
  } catch {
    return null;
  }
}
