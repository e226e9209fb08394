import type { Duplex } from 'node:stream';
import { PROBLEM_TYPE, problemBody } from '../../kernel/wire/problem.ts';

export const REQUEST_TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Errors of node's parser, in words for the sender. */
const DETAILS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'The headers are too long.',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'The chunk extensions are too long.',
};

/** The request is valid, so it may be sent again. */
const LATE = {
  type: 'too_slow',
  status: '408 Request Timeout',
  detail: 'The request did not arrive in time: a head within 10 s, a body within 30 s.',
} as const;

const unreadable = (code: string) =>
  ({
    type: 'bad_request',
    status: '400 Bad Request',
    detail: DETAILS[code] ?? 'The data sent is not an HTTP request.',
  }) as const;

/**
 * The response to bytes that are not an HTTP request. There is no request object, so it is written
 * by hand. If a response has begun already, the connection is cut instead, so that the two cannot
 * mix.
 */
export function answerClientError(
  error: Error & { readonly code?: string },
  socket: Duplex,
  answering: boolean,
  requestId: string,
): void {
  if (answering || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const isLate = error.code === REQUEST_TIMEOUT;
  const { status, detail, type } = isLate ? LATE : unreadable(error.code ?? '');
  const body = JSON.stringify(problemBody(type, detail, requestId));
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nX-Request-Id: ${requestId}\r\n` +
      `Cache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
}
