import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** The response an operation decided on; written by the shell, stored for idempotency. */
export interface Answer {
  readonly status: number;
  /** JSON-ready; absent: no body. */
  readonly body?: unknown;
  /** Raw bytes instead of `body`; `headers` then states their content type. */
  readonly bytes?: Uint8Array;
  /** The same with any size, streamed. */
  readonly stream?: AsyncIterable<Uint8Array>;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The shipments it is about, by their UUIDs, where `body` does not name them as `id`: when one of
   * them is erased, the answer stored for idempotency is erased with it.
   */
  readonly subjects?: readonly string[];
  /** Stored for idempotency instead of `body`, which contains data that was just erased. */
  readonly repeatedBody?: unknown;
}

/** Merchants' responses are private: no cache may store them. */
export function writeAnswer(response: ServerResponse, answer: Answer): void {
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.setHeader('cache-control', 'no-store');
  if (answer.bytes !== undefined) {
    response.setHeader('content-length', answer.bytes.length);
    response.writeHead(answer.status).end(answer.bytes);
    return;
  }
  if (answer.stream !== undefined) {
    response.writeHead(answer.status);
    // An incomplete response is cut off, so that nobody takes it for a complete one.
    pipeline(answer.stream, response).catch(() => response.destroy());
    return;
  }
  if (answer.body === undefined) {
    response.writeHead(answer.status).end();
    return;
  }
  const text = JSON.stringify(answer.body);
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(text));
  response.writeHead(answer.status).end(text);
}
