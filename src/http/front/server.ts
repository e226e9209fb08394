import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import { BODY_MS_MAX } from '../kit/bodies/body-pace.ts';
import type { Route } from '../kit/route.ts';
import { answerClientError, REQUEST_TIMEOUT } from './client-error.ts';
import { Connections } from './connections.ts';
import { HubResponse } from './hub-response.ts';
import { requestIdOf } from './request-id.ts';
import { Requests, type RequestsOptions } from './requests.ts';
import { SlowBodies } from './slow-bodies.ts';

export interface HubServerOptions extends RequestsOptions {
  /** Connections at once; those beyond are closed as they come. */
  readonly socketsMax?: number;
  /** A clock that only goes on, in milliseconds; `performance.now` when absent. */
  readonly monotonicMs?: () => number;
}

export interface HubServer {
  /** Not yet listening. */
  readonly server: Server;
  /** @returns where it answers, with the port it really got. Rejects when it cannot. */
  listen(host: string, port: number): Promise<URL>;
  readonly routes: readonly Route[];
  /** Few more connections fit: who can come again is to be sent away. */
  isCrowded(): boolean;
  /** Ends requests whose bodies take too long. Done every few seconds by itself. */
  cutSlowBodies(): void;
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
/** How often it is looked at what has not come yet; node's default of 30 s would triple the limits. */
const CHECK_EVERY_MS = 2_000;
/** Longer than load balancers keep idle connections (60 s), so that they close first. */
const KEEP_ALIVE_MS = 65_000;
const HEADER_BYTES_MAX = 16_384;
const HEADERS_MAX = 100;
/** More than live pages (5,000) and live screens (12,000) may hold; some 20 KB each. */
const SOCKETS_MAX = 20_000;
/** From this share on pushes are sent away, so that people still find a place. */
const CROWDED = 0.9;
const GRACE_MS = 10_000;
/**
 * Clients that are active use each of their connections within this, and hear with the answer that
 * it was the last; for one that is silent longer it is unlikely that a request crosses our closing.
 */
const IDLE_MS = 1_000;

/**
 * The one HTTP server: bare `node:http` answers the hot routes itself, Express everything else,
 * both from the same table. All that is common (id, address, headers, errors, figures) happens
 * here once, before the ways part.
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
      // How long each may take depends on whose it is: SlowBodies.
      requestTimeout: BODY_MS_MAX,
      connectionsCheckingInterval: CHECK_EVERY_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Checked in `handle`, which answers it like any other error.
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
    const begun = second !== undefined || first?.headersSent === true;
    answerClientError(error, socket, begun, requestId);
  });

  const slowBodies = new SlowBodies();
  function cutSlowBodies(): void {
    const nowMs = monotonicMs();
    for (const { socket, request, bytesRead } of connections.incoming()) {
      if (!slowBodies.isTooSlow(request, bytesRead, nowMs)) continue;
      // Told once; who goes on sending all the same is cut.
      if (socket.writable) server.emit('clientError', tooSlow(), socket);
      else socket.destroy();
    }
  }
  const { log } = options;
  let sweep: Loop | null = null;

  return {
    server,
    routes,
    cutSlowBodies,
    isCrowded: () => connections.count > socketsMax * CROWDED,
    async listen(host, port) {
      server.listen({ host, port, backlog: LISTEN_BACKLOG });
      await once(server, 'listening');
      sweep = startLoop({
        run: cutSlowBodies,
        everyMs: CHECK_EVERY_MS,
        onFailure: (err) => log.error({ err }, 'slow requests could not be looked for'),
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

/** As node itself says it of a head that does not come. */
function tooSlow(): Error {
  return Object.assign(new Error('Request timeout'), { code: REQUEST_TIMEOUT });
}
