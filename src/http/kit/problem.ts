import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, type ErrorItem, Problem, STATUS_OF } from '../../kernel/errors.ts';
import { isDatabaseBusy, isDatabaseUnavailable } from '../../platform/database/database-errors.ts';
import { englishItem, errorText, wordsOfCode } from '../../platform/messages/error-text.ts';
import { ObjectStoreUnavailable } from '../../platform/objects/object-store.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { Overloaded } from '../../platform/work/group-commit.ts';
import type { RefusalStyle } from './refusal-style.ts';

/** Retry-After while the database or S3 is unavailable: a restart takes about that. */
const RETRY_AFTER_S = 5;
/** Retry-After when queues are full: by then most of the work is done. */
const CROWDED_RETRY_AFTER_S = 1;
/** Limits on reading a discarded body, which is read so that the response gets through. */
const LINGER_MS_MAX = 1_000;
const LINGER_BYTES_MAX = 8 * 1_048_576;
/** Larger than nearly every push; a body of this length has usually arrived already. */
const DRAINED_BYTES_MAX = 65_536;

/** The response to something thrown: a `Problem` unchanged, anything else without its details. */
export function toProblem(error: unknown, log: Logger): Problem {
  if (error instanceof Problem) return error;
  if (isDatabaseUnavailable(error)) {
    log.warn({ err: error }, 'the database is unavailable; answered with 503');
    return new Problem('overloaded', 'requests.databaseUnavailable', {
      retryAfterS: RETRY_AFTER_S,
    });
  }
  if (isDatabaseBusy(error)) {
    log.warn({ err: error }, 'the database is busy; answered with 503');
    return new Problem('overloaded', 'requests.capacityExceeded', { retryAfterS: RETRY_AFTER_S });
  }
  if (error instanceof ObjectStoreUnavailable) {
    log.warn({ err: error }, 'the object store is unavailable; answered with 503');
    return new Problem('overloaded', 'requests.objectStoreUnavailable', {
      retryAfterS: RETRY_AFTER_S,
    });
  }
  if (error instanceof Overloaded) {
    // Not logged: there are thousands.
    return new Problem('overloaded', 'requests.capacityExceeded', {
      retryAfterS: CROWDED_RETRY_AFTER_S,
    });
  }
  log.error({ err: error }, 'a request failed');
  return new Problem('internal', 'requests.requestFailed');
}

/** The problem for programs at an unknown path. */
export function nothingHere(): Problem {
  return new Problem('not_found', 'requests.pathNotFound', {
    fix: 'requests.checkPath',
  });
}

/**
 * Sends `application/problem+json`; if a response has begun already, cuts it off instead.
 *
 * @param style how another service writes its errors, for a path that answers like that service
 */
export function writeProblem(
  request: IncomingMessage,
  response: ServerResponse,
  problem: Problem,
  requestId: string,
  style?: RefusalStyle,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { retryAfterS } = problem;
  const { status, type, body, headers: own } = writtenProblem(problem, requestId, style);
  const unread = unreadBytes(request);
  const tooMuch = unread > DRAINED_BYTES_MAX;
  // A list is sent unchanged: headers set one by one would be merged again.
  const headers = [
    ...['content-type', type],
    ...['content-length', String(Buffer.byteLength(body))],
    ...['cache-control', 'no-store'],
  ];
  if (retryAfterS !== null) {
    headers.push('retry-after', String(Math.max(1, Math.ceil(retryAfterS))));
  }
  headers.push(...own);
  if (tooMuch) headers.push('connection', 'close');
  response.writeHead(status, headers);
  if (tooMuch) endAfterLingering(request, response, body);
  else response.end(body);
  if (unread > 0 && !tooMuch) drainBody(request);
}

interface WrittenProblem {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** Alternating names and values. */
  readonly headers: readonly string[];
}

/** An error as it is sent: as a problem, or in the style of another service. */
export function writtenProblem(
  problem: Problem,
  requestId: string,
  style?: RefusalStyle,
): WrittenProblem {
  if (style !== undefined) {
    const { status, body, headers = {} } = style.render(problem, requestId);
    const own = Object.entries(headers).flat();
    return { status, type: STYLED_TYPE, body: JSON.stringify(body), headers: own };
  }
  const isUnknown = problem.code === 'unauthenticated';
  return {
    status: STATUS_OF[problem.code],
    type: PROBLEM_TYPE,
    body: JSON.stringify(problemBody(problem, requestId)),
    headers: isUnknown ? ['www-authenticate', 'Bearer realm="waybill"'] : [],
  };
}

/** Upper bound of a body's remaining bytes; infinite when its length is not stated. */
function unreadBytes(request: IncomingMessage): number {
  if (request.complete) return 0;
  if (request.headers['transfer-encoding'] !== undefined) return Number.POSITIVE_INFINITY;
  return Number(request.headers['content-length'] ?? 0);
}

/**
 * Reads and discards the rest of a small body, so that the connection serves the next request:
 * under a flood of rejections, a new connection for each would cost more than the rejected work.
 */
function drainBody(request: IncomingMessage): void {
  const late = setTimeout(() => request.complete || request.socket.destroy(), LINGER_MS_MAX);
  request.once('close', () => clearTimeout(late));
  request.resume();
}

/**
 * Closing a socket while bytes still arrive resets it, and the reset discards the response. So the
 * rest of the body is read and discarded for a moment.
 */
function endAfterLingering(request: IncomingMessage, response: ServerResponse, body: string): void {
  let bytesDiscarded = 0;
  const endResponse = () => {
    clearTimeout(timer);
    request.off('data', countBytes);
    request.off('end', endResponse);
    request.off('close', endResponse);
    response.end();
  };
  const countBytes = (chunk: Buffer) => {
    bytesDiscarded += chunk.length;
    if (bytesDiscarded > LINGER_BYTES_MAX) endResponse();
  };
  const timer = setTimeout(endResponse, LINGER_MS_MAX);
  response.write(body);
  request.on('data', countBytes);
  request.on('end', endResponse);
  request.on('close', endResponse);
  request.resume();
}

export const PROBLEM_TYPE = 'application/problem+json';
/** Of errors in the style of another service. */
const STYLED_TYPE = 'application/json; charset=utf-8';

/** RFC 9457 body of an error in English, as every endpoint of ours answers it. */
export function problemBody(problem: Problem, requestId: string) {
  const { code, detail, errors, extra, fix } = problem;
  return {
    ...bodyOf(code, errorText(detail), requestId, errors),
    ...extra,
    ...(fix !== null && { fix: errorText(fix) }),
  };
}

/**
 * The members that every error has.
 *
 * @param detail in English; examples in the docs pass texts that are not in the catalogue
 */
export function bodyOf(
  code: ErrorCode,
  detail: string,
  requestId: string,
  errors: readonly ErrorItem[] = [],
) {
  const { title, fix } = wordsOfCode(code);
  return {
    // Relative, so that it resolves to the deployment's own page about the error.
    type: `/docs/errors#${code}`,
    title,
    status: STATUS_OF[code],
    detail,
    fix,
    errors: errors.map(englishItem),
    request_id: requestId,
  };
}
