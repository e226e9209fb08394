import type { Duplex } from 'node:stream';
import { type ErrorText, Problem } from '../../kernel/errors.ts';
import { PROBLEM_TYPE, problemBody } from '../kit/problem-body.ts';

export const REQUEST_TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Errors of node's parser, in words for the sender. */
const DETAILS: Readonly<Record<string, ErrorText>> = {
  HPE_HEADER_OVERFLOW: 'requests.headersTooLong',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'requests.chunkExtensionsTooLong',
};

/** The request is valid, so it may be sent again. */
const LATE = {
  type: 'too_slow',
  status: '408 Request Timeout',
  detail: 'requests.requestTimedOut',
} as const;

const unreadable = (code: string) =>
  ({
    type: 'bad_request',
    status: '400 Bad Request',
    detail: DETAILS[code] ?? 'requests.notHttpRequest',
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
  const body = JSON.stringify(problemBody(new Problem(type, detail), requestId));
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nX-Request-Id: ${requestId}\r\n` +
      `Cache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
}
