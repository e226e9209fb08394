import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** What an operation decided to answer; written by the shell, stored by idempotency. */
export interface Answer {
  readonly status: number;
  /** JSON-ready; absent: no body. */
  readonly body?: unknown;
  /** Instead of `body`, as they are; then `headers` say their content-type. */
  readonly bytes?: Uint8Array;
  /** The same of any size, as it comes. */
  readonly stream?: AsyncIterable<Uint8Array>;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Merchants' answers are theirs alone: no cache may keep them. */
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
    // Half an answer is cut off, so that nobody takes it for a whole one.
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
