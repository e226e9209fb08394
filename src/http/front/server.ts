import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Problem } from '../../kernel/errors.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import type { Logger } from '../../platform/observability/log.ts';
import type { Registry } from '../../platform/observability/metrics.ts';
import { asksForHtml } from '../kit/negotiation.ts';
import { nothingHere, toProblem, writeProblem } from '../kit/problem.ts';
import type { Handler, Route } from '../kit/route.ts';
import { Call, callOf, keepCall } from './call.ts';
import { answerClientError } from './client-error.ts';
import { createClientIp } from './client-ip.ts';
import { Connections } from './connections.ts';
import { createExpressApp } from './express-app.ts';
import { HubResponse } from './hub-response.ts';
import { createMatcher } from './matcher.ts';
import { requestIdOf } from './request-id.ts';
import { createRequestMetrics } from './request-metrics.ts';
import { type RequestUrl, readRequestUrl } from './request-url.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

export interface HubServerOptions {
  readonly routes: readonly Route[];
  readonly log: Logger;
  readonly metrics: Registry;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** What browsers are shown at a path that leads to nothing; absent: what programs are told. */
  readonly nowherePage?: Handler | undefined;
  /** Addresses and CIDRs whose X-Forwarded-For counts. */
  readonly trustedProxies: readonly string[];
  /** False sends hot routes through Express too, for the suite that compares the two. */
  readonly hotInFront?: boolean;
  /** Connections at once; those beyond are closed as they come. */
  readonly socketsMax?: number;
}

export interface HubServer {
  /** Not yet listening. */
  readonly server: Server;
  /** @returns where it answers, with the port it really got. Rejects when it cannot. */
  listen(host: string, port: number): Promise<URL>;
  readonly routes: readonly Route[];
  /** Few more connections fit: who can come again is to be sent away. */
  isCrowded(): boolean;
  /**
   * Stops so that nobody is reset who was accepted: the listening socket is closed, every answer is
   * the last of its connection, idle connections are closed once nothing has come on them for
   * `idleMs`, and what still runs after the grace period (a live stream) is cut.
   *
   * @param idleMs 0: nobody sends any more, everything idle is closed at once.
   */
  close(idleMs?: number): Promise<void>;
}

/**
 * How many connections may wait to be accepted. Node asks for 511; whoever comes beyond it waits a
 * second for each further try. Linux allows what net.core.somaxconn says (4,096 by default), which
 * an operator can raise.
 */
const LISTEN_BACKLOG = 16_384;

/** A head arrives in milliseconds; who takes longer holds the connection for its own sake. */
const HEADERS_MS_MAX = 10_000;
/** 1 MiB at 35 kB/s: slower senders than that do not exist among carriers. */
const REQUEST_MS_MAX = 30_000;
/** How often the two above are looked at; node's default of 30 s would triple them. */
const CHECK_EVERY_MS = 2_000;
/** Longer than load balancers keep idle connections (60 s), so that they close first. */
const KEEP_ALIVE_MS = 65_000;
const HEADER_BYTES_MAX = 16_384;
const HEADERS_MAX = 100;
/** Twice as many as live pages may hold (5,000); some 20 KB each. */
const SOCKETS_MAX = 10_000;
/** From this share on pushes are sent away, so that people still find a place. */
const CROWDED = 0.9;
const GRACE_MS = 10_000;
/**
 * Clients that are active use each of their connections within this, and hear with the answer that
 * it was the last; for one that is silent longer it is unlikely that a request crosses our closing.
 */
const IDLE_MS = 1_000;

const NOWHERE: RequestUrl = { path: '/', versioned: false, search: '' };

/**
 * The one HTTP server: bare `node:http` answers the hot routes itself, Express everything else,
 * both from the same table. All that is common (id, address, headers, errors, figures) happens
 * here once, before the ways part.
 */
export function createHubServer(options: HubServerOptions): HubServer {
  const { routes, log, clock, randomBytes } = options;
  const hotRoutes = options.hotInFront === false ? [] : routes.filter(({ hot }) => hot);
  const hot = createMatcher(hotRoutes);
  const clientIp = createClientIp(options.trustedProxies);
  const countRequest = createRequestMetrics(options.metrics);
  const express = createExpressApp(routes, createMatcher(routes), run, refuse, nowhere);

  function handle(request: IncomingMessage, response: HubResponse): void {
    const startedAt = performance.now();
    const requestId = requestIdOf(request.headers['x-request-id'], clock, randomBytes);
    const ip = clientIp(request.socket.remoteAddress, request.headers['x-forwarded-for']);
    const common = ['x-request-id', requestId, ...SECURITY_HEADERS];
    connections.begin(response);
    response.carry(common);
    response.on('close', closed);
    let url: RequestUrl;
    try {
      url = readRequestUrl(request.url ?? '/');
      if (request.headers.host === undefined && request.httpVersion === '1.1') {
        throw new Problem('bad_request', 'The Host header is missing.');
      }
    } catch (error) {
      keepCall(request, new Call(requestId, ip, NOWHERE, startedAt, log));
      refuse(request, response, error);
      return;
    }
    const call = new Call(requestId, ip, url, startedAt, log);
    keepCall(request, call);
    const found = hot.match(request.method ?? '', url.path);
    if (found.kind === 'route') {
      call.params = found.params;
      run(found.route, request, response);
      return;
    }
    // Express makes the answer one of its own kind, which carries nothing along.
    for (let i = 0; i < common.length; i += 2)
      response.setHeader(common[i] ?? '', common[i + 1] ?? '');
    request.url = url.search === '' ? url.path : `${url.path}?${url.search}`;
    express(request, response);
  }

  function run(route: Route, request: IncomingMessage, response: ServerResponse): void {
    const call = callOf(request);
    call.pattern = route.path;
    try {
      route.handler(request, response, call).catch((error) => refuse(request, response, error));
    } catch (error) {
      // A handler that throws before its first await must end here too.
      refuse(request, response, error);
    }
  }

  function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const call = callOf(request);
    writeProblem(request, response, toProblem(error, call.log), call.requestId);
  }

  /** People get a page, programs the problem; whoever says nothing is a program. */
  function nowhere(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('vary', 'Accept, Accept-Language');
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const page = reads && asksForHtml(request.headers.accept) ? options.nowherePage : undefined;
    if (page === undefined) refuse(request, response, nothingHere());
    else {
      const told = page(request, response, callOf(request));
      told.catch((error) => refuse(request, response, error));
    }
  }

  /** One listener for all answers: a closure for each would live as long as its request. */
  function closed(this: ServerResponse): void {
    const request = this.req;
    connections.end(this);
    const call = callOf(request);
    const { pattern } = call;
    const method = request.method ?? '';
    const status = this.writableFinished ? this.statusCode : CLIENT_GONE;
    const seconds = (performance.now() - call.startedAt) / 1_000;
    countRequest(method, pattern, status, seconds);
    if (!log.isLevelEnabled('debug')) return;
    call.log.debug({ method, route: pattern, status, duration_s: seconds }, 'answered');
  }

  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: HEADERS_MS_MAX,
      requestTimeout: REQUEST_MS_MAX,
      connectionsCheckingInterval: CHECK_EVERY_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Checked in `handle`, which answers it like any other error.
      requireHostHeader: false,
      ServerResponse: HubResponse,
    },
    handle,
  );
  const connections = new Connections(server);
  server.maxHeadersCount = HEADERS_MAX;
  const { socketsMax = SOCKETS_MAX } = options;
  server.maxConnections = socketsMax;
  server.on('checkExpectation', handle);
  server.on('clientError', (error: Error, socket) => {
    const requestId = requestIdOf(undefined, clock, randomBytes);
    const [first, second] = connections.answering(socket);
    const begun = second !== undefined || first?.headersSent === true;
    answerClientError(error, socket, begun, requestId);
  });

  return {
    server,
    routes,
    isCrowded: () => connections.count > socketsMax * CROWDED,
    async listen(host, port) {
      server.listen({ host, port, backlog: LISTEN_BACKLOG });
      await once(server, 'listening');
      const { address, family, port: got } = server.address() as AddressInfo;
      return new URL(`http://${family === 'IPv6' ? `[${address}]` : address}:${got}`);
    },
    close: (idleMs = IDLE_MS) => connections.close({ idleMs, graceMs: GRACE_MS }),
  };
}

/** nginx's number for a sender that went away before the answer; it never goes over the wire. */
const CLIENT_GONE = 499;
