import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Logger } from '../../platform/observability/log.ts';

/** Facts about a request that every handler gets besides the request itself. */
export interface RequestContext {
  readonly requestId: string;
  /** Decoded path parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** Path without the `/v1` prefix or the query. */
  readonly path: string;
  /** True when the request came under `/v1`, where `track` is always JSON. */
  readonly versioned: boolean;
  readonly query: URLSearchParams;
  /** Behind trusted proxies, the address they vouch for. */
  readonly clientIp: string;
  readonly log: Logger;
}

/**
 * Responds to the request, or throws: a `Problem` becomes problem+json, anything else a logged 500.
 */
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
) => Promise<void>;

/**
 * One entry of the route table. The bare `node:http` front server and Express share the table; the
 * front server handles only `hot` routes, and a test runs each of them through both.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/track/:tracking_number`; available at the root and under `/v1`. */
  readonly path: string;
  readonly hot: boolean;
  /**
   * A page for browsers, or an API with a version of its own: not available under `/v1`, and at the
   * root served instead of an API route with the same method and path.
   */
  readonly isPage?: true;
  /** Answers browsers at unknown paths below this one; absent: they get the public's page. */
  readonly below?: Handler;
  readonly handler: Handler;
}

/** A path that accepts WebSockets. */
export interface SocketRoute {
  /** `/live`, without parameters; available at the root and under `/v1`. */
  readonly path: string;
  /** Of one message; a longer one ends the connection. */
  readonly bytesMax: number;
  /** Decides whether the connection is accepted; throws `Problem` otherwise. */
  readonly admit: (request: IncomingMessage, context: RequestContext) => Promise<AdmittedSocket>;
}

interface AdmittedSocket {
  /**
   * Called when it is open. Errors are handled; everything else is up to the route.
   *
   * @param wire accepts complete, already serialized frames while the socket is open, so that
   *   many connections can share one.
   */
  readonly open: (socket: WebSocket, wire: Pick<Writable, 'write'>) => void;
  /** Gives the place back when the socket was not opened after all. */
  readonly refused?: () => void;
}

export function isWebSocketUpgrade({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}
