import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import type { Target } from './url-rules.ts';

/**
 * Connections to foreign hosts, kept open for further requests, one request at a time on each. The
 * caller decides how to open one; undici only speaks HTTP on it, at a third of the cost of
 * `node:http` (docs/benchmarks.md, webhooks).
 */
export interface Connections {
  take(target: Target): Promise<Connection>;
  /** Closes idle connections. */
  close(): void;
}

export interface Connection {
  /**
   * Whether an answer has come over its current socket, so that the other side may close it at any
   * time.
   */
  readonly wasUsed: boolean;
  send(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void;
  /** Returns the connection for reuse after the whole answer has come. */
  release(): void;
  /** Closes the connection together with the request that runs on it. */
  discard(): void;
}

/**
 * Shorter than the minute after which most servers close a connection, so that they rarely do
 * first.
 */
const IDLE_MS = 30_000;
/** The most idle connections per host; more were only needed in a burst. */
const IDLE_PER_HOST_MAX = 64;

/** Undici's own time-outs are off, because senders have a deadline for the whole exchange. */
const OPTIONS = {
  headersTimeout: 0,
  bodyTimeout: 0,
  pipelining: 1,
  keepAliveTimeout: IDLE_MS,
  keepAliveMaxTimeout: IDLE_MS,
} as const;

/**
 * Creates the pool.
 *
 * @param open makes a connection to that host, or rejects: here every address is checked.
 */
export function createConnections(open: (target: Target) => Promise<Socket>): Connections {
  const idle = new Map<string, Connection[]>();

  /** Creates a connection, which is opened by its first request. */
  async function connect(target: Target, origin: string): Promise<Connection> {
    // Loaded with the first request, because it would add a tenth of a second to each start.
    const { Client } = await import('undici');
    let wasUsed = false;
    let isIdle = false;
    const client = new Client(origin, {
      ...OPTIONS,
      connect: (_, done) => {
        open(target).then(
          (socket) => done(null, socket),
          (error: Error) => done(error, null),
        );
      },
    });
    client.on('disconnect', () => {
      wasUsed = false;
      if (!isIdle) return; // the request's handler receives the error and discards the connection
      const left = idle.get(origin)?.filter((each) => each !== connection) ?? [];
      if (left.length > 0) idle.set(origin, left);
      else idle.delete(origin);
      connection.discard();
    });
    const connection: Connection = {
      get wasUsed() {
        return wasUsed;
      },
      send(request, handler) {
        isIdle = false;
        client.dispatch(request, handler);
      },
      release() {
        const others = idle.get(origin);
        if (others !== undefined && others.length >= IDLE_PER_HOST_MAX) return this.discard();
        wasUsed = true;
        isIdle = true;
        if (others === undefined) idle.set(origin, [connection]);
        else others.push(connection);
      },
      discard() {
        isIdle = false;
        client.destroy().catch(() => {});
      },
    };
    return connection;
  }

  return {
    async take(target) {
      const { tls, host, hostFamily, port } = target;
      const name = hostFamily === 6 ? `[${host}]` : host;
      const origin = `${tls ? 'https' : 'http'}://${name}:${port}`;
      return idle.get(origin)?.pop() ?? connect(target, origin);
    },
    close() {
      for (const connection of [...idle.values()].flat()) connection.discard();
      idle.clear();
    },
  };
}
