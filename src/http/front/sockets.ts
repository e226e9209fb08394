import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { nothingHere } from '../kit/problem.ts';
import type { SocketRoute } from '../kit/route.ts';
import type { Call } from './call.ts';

/** How long a client may take to answer the close frame when the process ends. */
const CLOSING_MS_MAX = 1_500;
const GOING_AWAY = 1001;
const CHECK_EVERY_MS = 20;

/** The WebSockets of a server: the paths that accept them, and the open ones. */
export class Sockets {
  readonly #routes: ReadonlyMap<string, SocketRoute>;
  readonly #servers: ReadonlyMap<string, WebSocketServer>;
  readonly #open = new Set<WebSocket>();
  #closing = false;

  constructor(routes: readonly SocketRoute[]) {
    this.#routes = new Map(routes.map((route) => [route.path, route]));
    this.#servers = new Map(
      routes.map(({ path, bytesMax }) => [
        path,
        new WebSocketServer({
          noServer: true,
          clientTracking: false,
          maxPayload: bytesMax,
          // Compression costs more memory per connection than everything else together.
          perMessageDeflate: false,
        }),
      ]),
    );
  }

  /** Lets the path's route decide, and takes over the connection. Throws `Problem` to reject it. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, call: Call): Promise<void> {
    const route = this.#routes.get(call.path);
    const server = this.#servers.get(call.path);
    if (route === undefined || server === undefined) throw nothingHere();
    call.pattern = route.path;
    const admitted = await route.admit(request, call);
    if (this.#closing) {
      socket.destroy();
      admitted.refused?.();
      return;
    }
    let opened: WebSocket | null = null;
    // The library answers an invalid handshake by itself, without calling back.
    server.handleUpgrade(request, socket, head, (webSocket) => {
      opened = webSocket;
      this.#open.add(webSocket);
      webSocket.once('close', () => this.#open.delete(webSocket));
      // The library closes connections that break the protocol.
      webSocket.on('error', () => {});
      admitted.open(webSocket, socket);
    });
    if (opened === null) admitted.refused?.();
  }

  /**
   * Sends all clients a close frame, so that they reconnect elsewhere; those that do not answer are
   * cut off.
   */
  async close(): Promise<void> {
    this.#closing = true;
    for (const webSocket of this.#open) webSocket.close(GOING_AWAY, 'the server is shutting down');
    const cutAtMs = performance.now() + CLOSING_MS_MAX;
    while (this.#open.size > 0 && performance.now() < cutAtMs) await pause(CHECK_EVERY_MS);
    for (const webSocket of this.#open) webSocket.terminate();
  }
}
