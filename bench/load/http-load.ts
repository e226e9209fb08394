import { connect, type Socket } from 'node:net';

/**
 * A closed-loop HTTP/1.1 load generator on raw sockets: each connection sends its next request when
 * the last answer is complete. It only writes and counts, because it shares the machine with the
 * measured server.
 */
export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** The time after which it stops in any case. */
  readonly durationMs: number;
  /** Requests a second over all connections; null: as fast as answers come. */
  readonly ratePerS: number | null;
  /** Returns the n-th request, as bytes on the wire. */
  readonly request: (n: number) => Buffer;
  /** Whether to stop early; absent: never. */
  readonly isOver?: () => boolean;
  /** Called with each answer. */
  readonly answered?: (n: number, status: number) => void;
}

export interface LoadResult {
  readonly requests: number;
  readonly perS: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytes: number;
  /** The number of answers by status code. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Runs the load and returns what was answered, with latencies in ms. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  let bytes = 0;
  let sent = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + options.durationMs;
  /**
   * With a rate, returns when the n-th request is due, so that a slow server shows in the waiting
   * time.
   */
  const dueAt = (n: number) =>
    options.ratePerS === null ? 0 : startedAt + (n * 1_000) / options.ratePerS;

  await Promise.all(
    Array.from({ length: options.connections }, async () => {
      const connection = await open(options.host, options.port);
      while (performance.now() < endsAt && options.isOver?.() !== true) {
        const n = sent;
        sent += 1;
        const due = dueAt(n);
        const early = due - performance.now();
        if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
        if (performance.now() >= endsAt) break;
        // The time of late requests counts from when they were due; otherwise a slow server would
        // look fast.
        const from =
          options.ratePerS === null ? performance.now() : Math.min(due, performance.now());
        const answer = await connection.exchange(options.request(n));
        latencies.push(performance.now() - from);
        options.answered?.(n, answer.status);
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        bytes += answer.bytes;
      }
      connection.close();
    }),
  );
  const tookS = (performance.now() - startedAt) / 1_000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return {
    requests: latencies.length,
    perS: Math.round(latencies.length / tookS),
    p50Ms: round(at(0.5)),
    p99Ms: round(at(0.99)),
    bytes,
    statuses,
  };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}

interface Answer {
  readonly status: number;
  readonly bytes: number;
}

interface Connection {
  exchange(request: Buffer): Promise<Answer>;
  close(): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');

function open(host: string, port: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host, port, noDelay: true });
    let waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null =
      null;
    let received: Buffer[] = [];
    let length = 0;
    let expected = -1;
    socket.on('data', (chunk) => {
      received.push(chunk);
      length += chunk.length;
      if (expected < 0) {
        const head = received.length === 1 ? chunk : Buffer.concat(received);
        received = [head];
        const end = head.indexOf(HEAD_END);
        if (end < 0) return;
        const declared = /content-length: *(\d+)/i.exec(head.toString('latin1', 0, end));
        expected = end + HEAD_END.length + Number(declared?.[1] ?? 0);
      }
      if (length < expected) return;
      const status = Number(received[0]?.toString('latin1', 9, 12));
      const answer = { status, bytes: length };
      received = [];
      length = 0;
      expected = -1;
      waiting?.resolve(answer);
    });
    socket.on('error', (error) => {
      waiting?.reject(error);
      reject(error);
    });
    socket.on('close', () => waiting?.reject(new Error('the server closed the connection')));
    socket.on('connect', () =>
      resolve({
        exchange(request) {
          return new Promise((done, fail) => {
            waiting = { resolve: done, reject: fail };
            socket.write(request);
          });
        },
        close() {
          waiting = null;
          socket.destroy();
        },
      }),
    );
  });
}
