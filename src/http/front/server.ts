import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ErrorText, Problem } from '../../kernel/errors.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import { BODY_MS_MAX, paceOf } from '../kit/bodies/body-pace.ts';
import { writtenProblem } from '../kit/problem.ts';
import { type RefusalStyle, refusalStyleOf } from '../kit/refusal-style.ts';
import type { Route } from '../kit/route.ts';
import { Connections } from './connections.ts';
import { HubResponse, requestIdOf } from './hub-response.ts';
import { Requests, type RequestsOptions } from './requests.ts';

interface HubServerOptions extends RequestsOptions {
  /** Maximum concurrent connections; further ones are closed at once. */
  readonly socketsMax?: number;
  /** A monotonic clock in milliseconds; default: `performance.now`. */
  readonly monotonicMs?: () => number;
}

export interface HubServer {
  /** Not yet listening. */
  readonly server: Server;
  /** @returns its URL with the actual port. Rejects when it cannot listen. */
  listen(host: string, port: number): Promise<URL>;
  readonly routes: readonly Route[];
  /** Few free connections are left: clients that retry should be turned away. */
  isCrowded(): boolean;
  /** Ends requests whose bodies arrive too slowly. Also runs every few seconds by itself. */
  cutSlowBodies(): void;
  /**
   * Stops without resetting any accepted connection: the listening socket is closed, every
   * response is the last of its connection, connections are closed after `idleMs` without input,
   * and everything still running after the grace period (a live stream) is cut.
   *
   * @param idleMs 0: no client sends any more, so idle connections are closed at once.
   */
  close(idleMs?: number): Promise<void>;
}

/**
 * How many connections may wait to be accepted. Node's default is 511; a client beyond it waits a
 * second for each retry. Linux allows net.core.somaxconn (4,096 by default), which an operator can
 * raise.
 */
const LISTEN_BACKLOG = 16_384;

/** Headers arrive in milliseconds; a client that takes longer only occupies the connection. */
const HEADERS_MS_MAX = 10_000;
/** Interval of timeout checks; node's default of 30 s would triple the limits. */
const CHECK_EVERY_MS = 2_000;
/** Longer than load balancers keep idle connections (60 s), so that they close first. */
const KEEP_ALIVE_MS = 65_000;
const HEADER_BYTES_MAX = 16_384;
const HEADERS_MAX = 100;
/** More than live pages (5,000) and live screens (12,000) together; some 20 KB each. */
const SOCKETS_MAX = 20_000;
/** From this share on, pushes are turned away, so that people still get a connection. */
const CROWDED_SHARE = 0.9;
const GRACE_MS = 10_000;
/**
 * Active clients use each of their connections within this time, and their response says that it
 * was the last. With longer silence, a request is unlikely to cross our closing.
 */
const IDLE_MS = 1_000;

/**
 * The one HTTP server: bare `node:http` answers the hot routes itself, Express everything else,
 * both from the same table. The common parts (id, address, headers, errors, metrics) are handled
 * here once, before the two diverge.
 */
export function createHubServer(options: HubServerOptions): HubServer {
  const { routes, clock, randomBytes, socketsMax = SOCKETS_MAX } = options;
  const { monotonicMs = () => performance.now() } = options;
  const handle = (request: IncomingMessage, response: HubResponse) =>
    requests.handle(request, response);
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: HEADERS_MS_MAX,
      // Each request's own limit depends on its sender: see SlowBodies.
      requestTimeout: BODY_MS_MAX,
      connectionsCheckingInterval: CHECK_EVERY_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Checked in `handle`, which responds as for any other error.
      requireHostHeader: false,
      ServerResponse: HubResponse,
    },
    handle,
  );
  const connections = new Connections(server);
  const requests = new Requests(options, connections);
  server.on('upgrade', (request: IncomingMessage, socket, head) =>
    requests.upgrade(request, socket, head),
  );
  server.maxHeadersCount = HEADERS_MAX;
  server.maxConnections = socketsMax;
  server.on('checkExpectation', handle);
  server.on('clientError', (error: Error, socket) => {
    const requestId = requestIdOf(undefined, clock, randomBytes);
    const [first, second] = connections.answering(socket);
    const isBegun = second !== undefined || first?.headersSent === true;
    const path = first?.req.url ?? pathIn(error);
    const style = refusalStyleOf(options.refusalStyles ?? [], path);
    answerClientError(error, socket, isBegun, requestId, style);
  });

  const slowBodies = new SlowBodies();
  function cutSlowBodies(): void {
    const nowMs = monotonicMs();
    for (const { socket, request, bytesRead } of connections.incoming()) {
      if (!slowBodies.isTooSlow(request, bytesRead, nowMs)) continue;
      // Respond once; if the client keeps sending, close the connection.
      if (socket.writable) server.emit('clientError', timeoutError(), socket);
      else socket.destroy();
    }
  }
  const { log } = options;
  let sweep: Loop | null = null;

  return {
    server,
    routes,
    cutSlowBodies,
    isCrowded: () => connections.count > socketsMax * CROWDED_SHARE,
    async listen(host, port) {
      server.listen({ host, port, backlog: LISTEN_BACKLOG });
      await once(server, 'listening');
      sweep = startLoop({
        run: cutSlowBodies,
        everyMs: CHECK_EVERY_MS,
        onFailure: (err) => log.error({ err }, 'the check for slow requests failed'),
      });
      const { address, family, port: got } = server.address() as AddressInfo;
      return new URL(`http://${family === 'IPv6' ? `[${address}]` : address}:${got}`);
    },
    async close(idleMs = IDLE_MS) {
      await requests.closeSockets();
      await connections.close({ idleMs, graceMs: GRACE_MS });
      await sweep?.stop();
    },
  };
}

/** The same error that node emits for headers that do not arrive. */
function timeoutError(): Error {
  return Object.assign(new Error('Request timeout'), { code: REQUEST_TIMEOUT });
}

const REQUEST_TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Errors of node's parser, in words for the sender. */
const DETAILS: Readonly<Record<string, ErrorText>> = {
  HPE_HEADER_OVERFLOW: 'requests.headersTooLong',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'requests.chunkExtensionsTooLong',
};

/** The request is valid, so it may be sent again. */
const TIMED_OUT = {
  type: 'too_slow',
  detail: 'requests.requestTimedOut',
} as const;

const unreadableRequest = (code: string) =>
  ({
    type: 'bad_request',
    detail: DETAILS[code] ?? 'requests.notHttpRequest',
  }) as const;

/**
 * The response to bytes that are not an HTTP request. There is no request object, so it is written
 * by hand. If a response has begun already, the connection is cut instead, so that the two cannot
 * mix.
 */
function answerClientError(
  error: Error & { readonly code?: string },
  socket: Duplex,
  isBegun: boolean,
  requestId: string,
  style: RefusalStyle | undefined,
): void {
  if (isBegun || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const isTimeout = error.code === REQUEST_TIMEOUT;
  const { detail, type } = isTimeout ? TIMED_OUT : unreadableRequest(error.code ?? '');
  const written = writtenProblem(new Problem(type, detail), requestId, style);
  const { status, body } = written;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: ${written.type}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nX-Request-Id: ${requestId}\r\n` +
      `Cache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** The path in a request line that node's parser gave up on; empty: it is not known. */
function pathIn(error: Error & { readonly rawPacket?: unknown }): string {
  const { rawPacket } = error;
  if (!(rawPacket instanceof Uint8Array)) return '';
  const line = Buffer.from(rawPacket.subarray(0, REQUEST_LINE_BYTES_MAX)).toString('latin1');
  return /^[A-Z]{3,7} (\/[^ ?\r\n]*)/.exec(line)?.[1] ?? '';
}

/** Enough to tell by its beginning what a path is below. */
const REQUEST_LINE_BYTES_MAX = 256;

/** The sender's rate is averaged over this window: a phone's network comes and goes. */
const WINDOW_MS = 30_000;

interface Arrival {
  /** By a monotonic clock. */
  readonly sinceMs: number;
  windowSinceMs: number;
  bytesAtWindow: number;
}

/** How long request bodies have been arriving. Complete ones are never tracked. */
class SlowBodies {
  readonly #arrivals = new WeakMap<IncomingMessage, Arrival>();

  /**
   * Call every few seconds for each request whose body is incomplete.
   *
   * @param bytesRead on its connection so far
   * @returns whether it takes too long
   */
  isTooSlow(request: IncomingMessage, bytesRead: number, nowMs: number): boolean {
    const arrival = this.#arrivals.get(request);
    if (arrival === undefined) {
      const since = { sinceMs: nowMs, windowSinceMs: nowMs, bytesAtWindow: bytesRead };
      this.#arrivals.set(request, since);
      return false;
    }
    const { mostMs, leastBytesPerS } = paceOf(request);
    if (nowMs - arrival.sinceMs >= mostMs) return true;
    const windowMs = nowMs - arrival.windowSinceMs;
    if (windowMs < WINDOW_MS) return false;
    const bytesPerS = ((bytesRead - arrival.bytesAtWindow) * 1_000) / windowMs;
    arrival.windowSinceMs = nowMs;
    arrival.bytesAtWindow = bytesRead;
    return bytesPerS < leastBytesPerS;
  }
}
