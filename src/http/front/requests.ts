import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Problem } from '../../kernel/errors.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { Registry } from '../../platform/observability/metrics.ts';
import { inboundMessageOf, isTracing, trace, wallMs } from '../../platform/tracing/tracing.ts';
import { asksForHtml } from '../kit/negotiation.ts';
import { nothingHere, toProblem, writeProblem } from '../kit/problem.ts';
import { type RefusalStyle, refusalStyleOf } from '../kit/refusal-style.ts';
import { type Handler, isWebSocketUpgrade, type Route, type SocketRoute } from '../kit/route.ts';
import { attachCall, Call, callOf, type RequestUrl, readRequestUrl } from './call.ts';
import { createClientIp } from './client-ip.ts';
import type { Connections } from './connections.ts';
import { createExpressApp } from './express-app.ts';
import { createRequestMetrics, HubResponse, requestIdOf } from './hub-response.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import { Sockets } from './sockets.ts';

interface Answered {
  readonly method: string;
  /** The route's path, as in the table. */
  readonly pattern: string;
  readonly status: number;
  readonly seconds: number;
}

/** Probes by machines every few seconds, not worth tracing. */
const UNTRACED = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * A span for an answered request: in its own trace, or in that of the inbound message it created.
 */
function traceRequest(request: object, { method, pattern, status, seconds }: Answered): void {
  if (UNTRACED.has(pattern)) return;
  const endedMs = wallMs();
  const inboundMessage = inboundMessageOf(request);
  trace({
    name: `${method} ${pattern}`,
    kind: 'server',
    trace: inboundMessage,
    ...(inboundMessage === null ? {} : { parent: inboundMessage }),
    beganMs: endedMs - seconds * 1_000,
    endedMs,
    failed: status >= 500,
    attributes: {
      'http.request.method': method,
      'http.route': pattern,
      'http.response.status_code': status,
    },
  });
}

/**
 * Headers of every response unless its handler overrides them, alternating names and values: no
 * sniffing, framing or loading, and no referrer, because the URL contains a tracking number.
 */
const SECURITY_HEADERS: readonly string[] = [
  ...['x-content-type-options', 'nosniff'],
  ...['x-frame-options', 'DENY'],
  ...['referrer-policy', 'no-referrer'],
  ...['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ...['cross-origin-resource-policy', 'same-origin'],
];

export interface RequestsOptions {
  readonly routes: readonly Route[];
  /** Routes that accept WebSockets. */
  readonly sockets?: readonly SocketRoute[] | undefined;
  readonly log: Logger;
  readonly metrics: Registry;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** The page for browsers at unknown paths; absent: a problem, as for programs. */
  readonly notFoundPage?: Handler | undefined;
  /** Paths whose errors look like those of another service; absent: none. */
  readonly refusalStyles?: readonly RefusalStyle[];
  /** Addresses and CIDRs whose X-Forwarded-For is trusted. */
  readonly trustedProxies: readonly string[];
  /** False sends hot routes through Express too, for the tests that compare the two. */
  readonly hotInFront?: boolean;
}

const UNREADABLE_URL: RequestUrl = { path: '/', versioned: false, search: '' };
/** nginx's status for a client that disconnected before the response; never sent. */
const CLIENT_GONE = 499;
const HOST = 'host';
/** The connection has been upgraded from HTTP. */
const SWITCHED = 101;

/**
 * Handles every request: the common parts (id, address, headers, errors, metrics) are done here
 * once. Hot routes are then answered directly, and Express looks up the rest in the same route
 * table.
 */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #connections: Connections;
  readonly #hot: Matcher;
  readonly #sockets: Sockets;
  readonly #clientIp: ReturnType<typeof createClientIp>;
  readonly #count: ReturnType<typeof createRequestMetrics>;
  readonly #express: ReturnType<typeof createExpressApp>;
  /** One listener for all responses: a closure for each would live as long as its request. */
  readonly #onClose: (this: ServerResponse) => void;

  constructor(options: RequestsOptions, connections: Connections) {
    const { routes } = options;
    this.#options = options;
    this.#connections = connections;
    this.#hot = createMatcher(options.hotInFront === false ? [] : routes.filter(({ hot }) => hot));
    this.#sockets = new Sockets(options.sockets ?? []);
    this.#clientIp = createClientIp(options.trustedProxies);
    this.#count = createRequestMetrics(options.metrics);
    this.#express = createExpressApp(routes, createMatcher(routes), {
      run: (route, request, response) => this.#run(route, request, response),
      refuse: (request, response, error) => this.#refuse(request, response, error),
      nowhere: (request, response) => this.#notFound(request, response),
    });
    const closed = (response: ServerResponse) => this.#closed(response);
    this.#onClose = function () {
      closed(this);
    };
  }

  /**
   * Handles an upgrade request. A WebSocket is opened if a route accepts it; other upgrades may be
   * ignored (RFC 9110 §7.8), and the request is answered as plain HTTP.
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // After an upgrade, node no longer handles the socket's errors.
    socket.on('error', () => socket.destroy());
    const response = new HubResponse(request);
    response.shouldKeepAlive = false;
    // An HTTP connection is always a `Socket`.
    response.assignSocket(socket as Socket);
    response.on('finish', () => socket.end());
    const isWebSocket = isWebSocketUpgrade(request);
    const hasBody = 'content-length' in request.headers || 'transfer-encoding' in request.headers;
    if (!isWebSocket && !hasBody) {
      this.handle(request, response);
      return;
    }
    const call = this.#begin(request, response);
    if (call === null) return;
    if (!isWebSocket) {
      const detail = 'requests.onlyWebsocketUpgrade';
      const fix = 'requests.omitUpgradeHeader';
      this.#refuse(request, response, new Problem('bad_request', detail, { fix }));
      return;
    }
    this.#sockets
      .upgrade(request, socket, head, call)
      .then(() => {
        if (response.writableEnded) return;
        response.detachSocket(socket as Socket);
        const seconds = (performance.now() - call.startedAt) / 1_000;
        this.#count('GET', call.pattern, SWITCHED, seconds);
        this.#connections.end(response);
      })
      .catch((error) => this.#refuse(request, response, error));
  }

  /** Ends the WebSockets; call it before closing the server. */
  closeSockets(): Promise<void> {
    return this.#sockets.close();
  }

  handle(request: IncomingMessage, response: HubResponse): void {
    const call = this.#begin(request, response);
    if (call === null) return;
    const found = this.#hot.match(request.method ?? '', call.path, call.versioned);
    if (found.kind === 'route') {
      call.params = found.params;
      this.#run(found.route, request, response);
      return;
    }
    // Express replaces the response's prototype, which would lose the common headers.
    response.unpack();
    request.url = call.search === '' ? call.path : `${call.path}?${call.search}`;
    this.#express(request, response);
  }

  /**
   * Starts every request: sets its id and common headers, and reads its URL. Null: the URL or the
   * Host header was invalid, and the request has been rejected.
   */
  #begin(request: IncomingMessage, response: HubResponse): Call | null {
    const { log, clock, randomBytes } = this.#options;
    const startedAt = performance.now();
    const requestId = requestIdOf(request.headers['x-request-id'], clock, randomBytes);
    const ip = this.#clientIp(request.socket.remoteAddress, request.headers['x-forwarded-for']);
    const common = ['x-request-id', requestId, ...SECURITY_HEADERS];
    this.#connections.begin(response);
    response.carry(common);
    response.on('close', this.#onClose);
    let url: RequestUrl;
    try {
      url = readRequestUrl(request.url ?? '/');
      assertOneHost(request);
    } catch (error) {
      attachCall(request, new Call(requestId, ip, UNREADABLE_URL, startedAt, log));
      this.#refuse(request, response, error);
      return null;
    }
    const call = new Call(requestId, ip, url, startedAt, log);
    attachCall(request, call);
    return call;
  }

  #run(route: Route, request: IncomingMessage, response: ServerResponse): void {
    const call = callOf(request);
    call.pattern = route.path;
    try {
      route
        .handler(request, response, call)
        .catch((error) => this.#refuse(request, response, error));
    } catch (error) {
      // Catches handlers that throw before their first await.
      this.#refuse(request, response, error);
    }
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const call = callOf(request);
    // Most errors need no logger, which would be created for this request only.
    const problem = error instanceof Problem ? error : toProblem(error, call.log);
    writeProblem(request, response, problem, call.requestId, this.#refusalStyle(request));
  }

  /** By the path as it was sent, too: an unreadable one has no call. */
  #refusalStyle(request: IncomingMessage): RefusalStyle | undefined {
    const { refusalStyles = [] } = this.#options;
    const { path } = callOf(request);
    return refusalStyleOf(refusalStyles, path === '/' ? (request.url ?? path) : path);
  }

  /**
   * Browsers get a page, programs the problem; without an Accept header, a client counts as a
   * program.
   */
  #notFound(request: IncomingMessage, response: ServerResponse): void {
    if (this.#refusalStyle(request) !== undefined) {
      this.#refuse(request, response, nothingHere());
      return;
    }
    response.setHeader('vary', 'Accept, Accept-Language');
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const call = callOf(request);
    const page =
      reads && asksForHtml(request.headers.accept) ? this.#notFoundPageAt(call.path) : undefined;
    if (page === undefined) this.#refuse(request, response, nothingHere());
    else page(request, response, call).catch((error) => this.#refuse(request, response, error));
  }

  /** The 404 page of the part of the site that the path is in; undefined: there is none. */
  #notFoundPageAt(path: string): Handler | undefined {
    const { routes, notFoundPage } = this.#options;
    const above = routes.find((route) => route.below && path.startsWith(`${route.path}/`));
    return above?.below ?? notFoundPage;
  }

  #closed(response: ServerResponse): void {
    const request = response.req;
    this.#connections.end(response);
    const call = callOf(request);
    const { pattern } = call;
    const method = request.method ?? '';
    const status = response.writableFinished ? response.statusCode : CLIENT_GONE;
    const seconds = (performance.now() - call.startedAt) / 1_000;
    this.#count(method, pattern, status, seconds);
    if (isTracing()) traceRequest(request, { method, pattern, status, seconds });
    if (!this.#options.log.isLevelEnabled('debug')) return;
    call.log.debug({ method, route: pattern, status, duration_s: seconds }, 'answered');
  }
}

/**
 * Throws unless there is exactly one Host header, as RFC 9112 §3.2 requires. Node keeps the first
 * of several; a proxy that reads the last one would have checked another host than we answer for.
 */
function assertOneHost({ rawHeaders, httpVersion }: IncomingMessage): void {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === HOST.length && name.toLowerCase() === HOST) hosts += 1;
  }
  if (hosts > 1) {
    throw new Problem('bad_request', { 'requests.multipleHostHeaders': { hosts } });
  }
  if (hosts === 0 && httpVersion === '1.1') {
    throw new Problem('bad_request', 'requests.hostHeaderMissing');
  }
}
