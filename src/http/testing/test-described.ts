import type { Server } from 'node:http';
import { createMatcher } from '../front/matcher.ts';
import { readRequestUrl } from '../front/request-url.ts';
import type { Route } from '../kit/route.ts';
import { openApiDocument } from '../openapi/openapi.ts';

/** Statuses that `/openapi.json` does not name for the operation that answered with them. */
export interface Described {
  /** `POST /shipments/:id: 418`, each once. */
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
      const named = statusesOf(method, pattern);
      // A route that a test brings itself is no operation.
      if (named.length === 0 || named.includes(String(response.statusCode))) return;
      undescribed.add(`${method} ${pattern}: ${response.statusCode}`);
    });
  });
  return { undescribed };
}

/** As `/openapi.json` names them for one operation. */
export function statusesOf(method: string, pattern: string): readonly string[] {
  const path = pattern.replaceAll(/:([a-z_]+)/g, '{$1}');
  const item = document.paths?.[path] as Record<string, { responses?: object }> | undefined;
  return Object.keys(item?.[method.toLowerCase()]?.responses ?? {});
}

function pathOf(url: string): string | null {
  try {
    return readRequestUrl(url).path;
  } catch {
    return null;
  }
}
