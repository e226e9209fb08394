import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { stopListening } from '../../platform/net/stop-listening.ts';

/** One connection, and its responses in progress. */
class Connection {
  readonly answers = new Set<ServerResponse>();
  /** The request whose body may still be arriving, even after its response. */
  incoming: IncomingMessage | null = null;
  readonly #socket: Duplex;
  #idleSinceMs = performance.now();
  #bytesReadBeforeIdle = 0;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  /** Call when a response has ended: a new idle period begins. */
  startIdle(): void {
    if (this.incoming?.complete === true) this.incoming = null;
    this.#idleSinceMs = performance.now();
    this.#bytesReadBeforeIdle = this.bytesRead;
  }

  /** No response is in progress, and no byte of another request has arrived. */
  isIdle(): boolean {
    return this.answers.size === 0 && this.bytesRead === this.#bytesReadBeforeIdle;
  }

  idleMs(nowMs: number): number {
    return nowMs - this.#idleSinceMs;
  }

  get bytesRead(): number {
    return 'bytesRead' in this.#socket ? Number(this.#socket.bytesRead) : 0;
  }
}

interface ClosingTimes {
  /** Connections idle for this long are closed. */
  readonly idleMs: number;
  /** After this, everything still running is cut. */
  readonly graceMs: number;
}

const SWEEP_EVERY_MS = 50;
/** Closing takes time in which requests arrive: close this many, then check again. */
const CLOSED_AT_ONCE_MAX = 16;

/** Tracks a server's connections so that it can stop without cutting off any client. */
export class Connections {
  readonly #server: Server;
  readonly #open = new Map<Duplex, Connection>();
  #closing = false;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Duplex) => {
      this.#open.set(socket, new Connection(socket));
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  get count(): number {
    return this.#open.size;
  }

  /** Call when a request arrives, before any of its response is written. */
  begin(response: ServerResponse): void {
    if (this.#closing) response.setHeader('connection', 'close');
    const connection = this.#open.get(response.req.socket);
    if (connection === undefined) return;
    connection.answers.add(response);
    connection.incoming = response.req;
  }

  /** Call when a response has been sent, or never will be. */
  end(response: ServerResponse): void {
    const connection = this.#open.get(response.req.socket);
    if (connection?.answers.delete(response)) connection.startIdle();
  }

  /** Requests with incomplete bodies, with the bytes read on their connections so far. */
  *incoming(): Iterable<{ socket: Duplex; request: IncomingMessage; bytesRead: number }> {
    for (const [socket, connection] of this.#open) {
      const { incoming: request, bytesRead } = connection;
      if (request === null) continue;
      if (request.complete) connection.incoming = null;
      else yield { socket, request, bytesRead };
    }
  }

  answering(socket: Duplex): Iterable<ServerResponse> {
    return this.#open.get(socket)?.answers ?? [];
  }

  /**
   * Accepts no new connection. Every response from now on is the last of its connection and says
   * so. An idle connection is closed only after a while, because its client may just be sending.
   * Work in progress finishes within the grace period.
   */
  async close({ idleMs, graceMs }: ClosingTimes): Promise<void> {
    await stopListening(this.#server, idleMs === 0);
    const cutAtMs = performance.now() + graceMs;
    this.#closing = true;
    for (const { answers } of this.#open.values()) {
      for (const answer of answers) {
        if (!answer.headersSent) answer.setHeader('connection', 'close');
      }
    }
    while (this.#open.size > 0 && performance.now() < cutAtMs) {
      if (await this.#closeIdle(idleMs)) continue;
      if (this.#open.size > 0) await pause(SWEEP_EVERY_MS);
    }
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }

  /** @returns whether there may be more connections to close at once. */
  async #closeIdle(idleMs: number): Promise<boolean> {
    await turn(); // reads what has arrived, so its connection is not idle
    const nowMs = performance.now();
    let closed = 0;
    for (const [socket, connection] of this.#open) {
      if (!connection.isIdle() || connection.idleMs(nowMs) < idleMs) continue;
      socket.destroy();
      closed += 1;
      if (closed === CLOSED_AT_ONCE_MAX) return true;
    }
    return false;
  }
}
