import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { stopListening } from '../../platform/net/stop-listening.ts';

/** One connection, and the answers that are being made for it. */
class Connection {
  readonly answers = new Set<ServerResponse>();
  /** The request whose body may still be coming; its answer may have left already. */
  incoming: IncomingMessage | null = null;
  readonly #socket: Duplex;
  #quietSinceMs = performance.now();
  #bytesRead = 0;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  rest(): void {
    if (this.incoming?.complete === true) this.incoming = null;
    this.#quietSinceMs = performance.now();
    this.#bytesRead = this.bytesRead;
  }

  /** No answer is under way and not a byte of another request has come. */
  isIdle(): boolean {
    return this.answers.size === 0 && this.bytesRead === this.#bytesRead;
  }

  quietMs(nowMs: number): number {
    return nowMs - this.#quietSinceMs;
  }

  get bytesRead(): number {
    return 'bytesRead' in this.#socket ? Number(this.#socket.bytesRead) : 0;
  }
}

export interface ClosingTimes {
  /** Connections on which nothing has happened for so long are closed. */
  readonly idleMs: number;
  /** After this everything is cut that still runs. */
  readonly graceMs: number;
}

const SWEEP_EVERY_MS = 50;
/** Closing takes time in which requests arrive: so many, and what came is looked at again. */
const CLOSED_AT_ONCE_MAX = 16;

/** The connections of a server, followed so that it can stop without cutting anybody short. */
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

  /** To be called as a request arrives, before anything of its answer is written. */
  begin(response: ServerResponse): void {
    if (this.#closing) response.setHeader('connection', 'close');
    const connection = this.#open.get(response.req.socket);
    if (connection === undefined) return;
    connection.answers.add(response);
    connection.incoming = response.req;
  }

  /** To be called when an answer has left, or never will. */
  end(response: ServerResponse): void {
    const connection = this.#open.get(response.req.socket);
    if (connection?.answers.delete(response)) connection.rest();
  }

  /** Requests whose bodies are not here yet, with what came on their connections so far. */
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
   * Takes no new connection; every answer from now on is the last of its connection and says so;
   * and a connection on which nothing comes is closed only after a while, because whoever used it a
   * moment ago may be sending. What is under way finishes, within the grace.
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

  /** @returns whether there may be more to close at once. */
  async #closeIdle(idleMs: number): Promise<boolean> {
    await turn(); // what has arrived is read in this turn, and not idle any more
    const nowMs = performance.now();
    let closed = 0;
    for (const [socket, connection] of this.#open) {
      if (!connection.isIdle() || connection.quietMs(nowMs) < idleMs) continue;
      socket.destroy();
      closed += 1;
      if (closed === CLOSED_AT_ONCE_MAX) return true;
    }
    return false;
  }
}
