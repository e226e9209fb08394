import { connect, type Socket } from 'node:net';

/** Requests that are due at a steady rate, regardless of earlier ones. */
export interface OpenLoop {
  readonly host: string;
  readonly port: number;
  /** Maximum number of requests in flight; a further one waits while its time counts. */
  readonly connections: number;
  readonly ratePerS: number;
  readonly durationMs: number;
  /** Returns the n-th request, as bytes on the wire. */
  readonly request: (n: number) => Buffer;
}

/** One answered request. */
export interface Answered {
  readonly n: number;
  readonly status: number;
  /** The time since it was due, so that every delay counts, including this sender's. */
  readonly sinceDueMs: number;
  /** Seconds of `Retry-After`; null without it. */
  readonly retryAfterS: number | null;
}

export interface OpenLoopResult {
  readonly offered: number;
  readonly answered: readonly Answered[];
  /** The number of requests whose connection ended without an answer. */
  readonly broken: number;
}

/** The interval at which due requests are sent. */
const SEND_EVERY_MS = 2;
/** How long to wait for answers after the last request was due. */
const LAST_ANSWERS_MS = 30_000;
const HEAD_END = '\r\n\r\n';

/** Sends until the time is over, and waits for the remaining answers. */
export async function openLoop(options: OpenLoop): Promise<OpenLoopResult> {
  const answered: Answered[] = [];
  let broken = 0;
  let due = 0;
  let sent = 0;
  // Used in turn, because the hub closes a connection that is idle for ten seconds.
  const free: Connection[] = [];
  const connections: Connection[] = [];
  const startedAt = performance.now();
  const dueAtMs = (n: number) => startedAt + (n * 1_000) / options.ratePerS;

  const next = (connection: Connection): void => {
    if (sent < due) {
      connection.send(sent, options.request(sent));
      sent += 1;
    } else free.push(connection);
  };
  const events: ConnectionEvents = {
    free: next,
    answered(n, status, retryAfterS) {
      answered.push({ n, status, retryAfterS, sinceDueMs: performance.now() - dueAtMs(n) });
    },
    broken() {
      broken += 1;
    },
  };
  for (let i = 0; i < options.connections; i += 1) {
    connections.push(openConnection(options.host, options.port, events));
  }
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsedMs = performance.now() - startedAt;
      const total = Math.floor((options.durationMs * options.ratePerS) / 1_000);
      due = Math.min(total, Math.floor((elapsedMs * options.ratePerS) / 1_000) + 1);
      while (sent < due) {
        const connection = free.shift();
        if (connection === undefined) break;
        next(connection);
      }
      const done = elapsedMs > options.durationMs && answered.length + broken >= total;
      if (!done && elapsedMs < options.durationMs + LAST_ANSWERS_MS) return;
      clearInterval(timer);
      resolve();
    }, SEND_EVERY_MS);
  });
  for (const connection of connections) connection.close();
  return { offered: due, answered, broken: due - answered.length };
}

interface ConnectionEvents {
  free(connection: Connection): void;
  answered(n: number, status: number, retryAfterS: number | null): void;
  broken(): void;
}

interface Connection {
  send(n: number, request: Buffer): void;
  close(): void;
}

/** Opens a connection, and opens it again whenever it ends. */
function openConnection(host: string, port: number, events: ConnectionEvents): Connection {
  let current: number | null = null;
  let received = '';
  let closing = false;
  let socket: Socket;

  const connection: Connection = {
    send(n, request) {
      current = n;
      socket.write(request);
    },
    close() {
      closing = true;
      socket.destroy();
    },
  };
  const open = (): void => {
    socket = connect({ host, port, noDelay: true });
    socket.on('connect', () => events.free(connection));
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received = received === '' ? chunk.toString('latin1') : received + chunk.toString('latin1');
      const end = received.indexOf(HEAD_END);
      if (end < 0 || current === null) return;
      const head = received.slice(0, end);
      if (received.length < end + HEAD_END.length + numberOf('content-length', head)) return;
      const status = Number(head.slice(9, 12));
      const n = current;
      current = null;
      received = '';
      events.answered(n, status, status === 503 ? numberOf('retry-after', head) : null);
      if (!/\r\nconnection: close/i.test(head)) events.free(connection);
    });
    socket.on('close', () => {
      if (current !== null) events.broken();
      current = null;
      received = '';
      if (!closing) open();
    });
  };
  open();
  return connection;
}

function numberOf(header: string, head: string): number {
  const at = head.toLowerCase().indexOf(`\r\n${header}:`);
  return at < 0 ? 0 : Number.parseInt(head.slice(at + header.length + 3), 10);
}
