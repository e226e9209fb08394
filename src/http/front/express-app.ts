import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type NextFunction } from 'express';
import { type ErrorText, Problem } from '../../kernel/errors.ts';
import { compressAnswers } from '../kit/compressed.ts';
import type { Route } from '../kit/route.ts';
import { callOf } from './call.ts';
import { bySpecificity, type Matcher } from './matcher.ts';

/** How requests end, whichever server found the route. */
interface Outcomes {
  /** Runs a matched route and responds to everything it throws. */
  run(route: Route, request: IncomingMessage, response: ServerResponse): void;
  refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void;
  /** Responds for a path that leads to nothing. */
  nowhere(request: IncomingMessage, response: ServerResponse): void;
}

const METHODS = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;

/**
 * The whole route table on Express, including hot routes: handles requests that the front server
 * does not, and serves as its reference in tests. The front server has already stripped `/v1` and
 * checked the path.
 */
export function createExpressApp(
  routes: readonly Route[],
  matcher: Matcher,
  { run, refuse, nowhere }: Outcomes,
): (request: IncomingMessage, response: ServerResponse) => void {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  // Express would parse the query of each request; handlers read it from their context.
  app.set('query parser', false);
  const compress = compressAnswers();
  for (const route of [...routes].sort(bySpecificity)) {
    const method = METHODS[route.method];
    // The front server handles hot routes without it, and both must respond the same.
    if (!route.hot) app[method](route.path, compress);
    app[method](route.path, (request, response, next) => {
      // Express would fall through to `/shipments/:id` when `/shipments/batch` lacks the method.
      const { path, versioned } = callOf(request);
      const found = matcher.match(request.method, path, versioned);
      if (found.kind !== 'route' || found.route !== route) {
        next();
        return;
      }
      callOf(request).params = request.params as Record<string, string>;
      run(route, request, response);
    });
  }
  app.use((request: IncomingMessage, response: ServerResponse) => {
    const { path, versioned } = callOf(request);
    const found = matcher.match(request.method ?? '', path, versioned);
    if (found.kind === 'other_methods') {
      response.setHeader('allow', found.allow.join(', '));
      if (request.method === 'OPTIONS') response.writeHead(204).end();
      else {
        const detail: ErrorText = {
          'requests.methodNotAllowed': {
            method: request.method ?? '',
            allow: found.allow.join(', '),
          },
        };
        refuse(request, response, new Problem('method_not_allowed', detail));
      }
    } else {
      nowhere(request, response);
    }
  });
  // Express recognizes error handlers by their four parameters.
  app.use(
    (error: unknown, request: IncomingMessage, response: ServerResponse, _next: NextFunction) =>
      refuse(request, response, error),
  );
  return (request, response) => void app(request, response);
}
