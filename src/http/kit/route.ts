import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../platform/observability/log.ts';

/** What every handler knows of its request besides the request itself. */
export interface RequestContext {
  readonly requestId: string;
  /** Decoded path parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** Path without the `/v1` prefix or the query. */
  readonly path: string;
  /** True when the request came under `/v1`, where `track` is always JSON. */
  readonly versioned: boolean;
  readonly query: URLSearchParams;
  /** Behind trusted proxies the address they vouch for. */
  readonly clientIp: string;
  readonly log: Logger;
}

/** Answers the request, or throws: a `Problem` becomes problem+json, anything else a logged 500. */
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
) => Promise<void>;

/**
 * One entry of the route table. The same table feeds the bare `node:http` front and Express; only
 * `hot` routes are answered by the front, and a test runs each of them through both.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/track/:tracking_number`; stands at the root and under `/v1` alike. */
  readonly path: string;
  readonly hot: boolean;
  readonly handler: Handler;
}
