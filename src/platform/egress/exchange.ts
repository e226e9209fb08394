import type { IncomingHttpHeaders } from 'node:http';
import { NoSuchHost, RefusedPeer, TlsFailure } from './connect.ts';
import type { Connections } from './connections.ts';
import type { EgressOutcome } from './outcome.ts';
import type { Target } from './url-rules.ts';

export interface Call {
  readonly target: Target;
  readonly connections: Connections;
  /** Names and values in turns. */
  readonly headers: string[];
  readonly body: string | Uint8Array;
  readonly deadlineMs: number;
  readonly answerBytesMax: number;
}

/** The status is the answer; a body that trickles on is waited for this long. */
const BODY_MS_MAX = 2_000;

const NOTHING: Buffer = Buffer.alloc(0);

/**
 * One request over one connection, to the end of the answer or the deadline. `stale`: a connection
 * that was kept has been closed before an answer came.
 */
export function exchange(call: Call): Promise<EgressOutcome | 'stale'> {
  const { target, connections, headers, deadlineMs, answerBytesMax } = call;
  return new Promise((resolve) => {
    const connection = connections.take(target);
    let status = 0;
    let answered: IncomingHttpHeaders = {};
    let bytes = NOTHING;
    let isOver = false;

    function end(outcome: EgressOutcome | 'stale', isWhole: boolean): void {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      if (isWhole) connection.giveBack();
      else connection.discard();
      resolve(outcome);
    }
    /** The body as far as it came; that it breaks off does not undo the status. */
    function answer(truncated: boolean): EgressOutcome {
      const text = bytes.toString('utf8', 0, Math.min(bytes.length, answerBytesMax));
      return { kind: 'answer', status, headers: plainHeaders(answered), text, truncated };
    }
    const left = (): number => Math.max(0, deadlineMs - performance.now());
    let timer = setTimeout(() => end(TOO_LATE, false), left());

    connection.send(
      { method: 'POST', path: target.path, headers, body: call.body },
      {
        onRequestStart() {},
        onResponseStart(_, statusCode, itsHeaders) {
          if (statusCode < 200 || isOver) return;
          status = statusCode;
          answered = itsHeaders;
          clearTimeout(timer);
          timer = setTimeout(() => end(answer(true), false), Math.min(BODY_MS_MAX, left()));
        },
        onResponseData(_, chunk) {
          if (isOver) return;
          bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
          if (bytes.length > answerBytesMax) end(answer(true), false);
        },
        onResponseEnd: () => end(answer(false), true),
        onResponseError(_, error) {
          if (status > 0) end(answer(true), false);
          else if (connection.wasUsed && HUNG_UP.includes(codeOf(error))) end('stale', false);
          else end(outcomeOf(error), false);
        },
      },
    );
  });
}

const TOO_LATE: EgressOutcome = { kind: 'failed', reason: 'timeout', detail: 'no answer in time' };

/** Closed, reset, or written to when it was. */
const HUNG_UP: readonly string[] = ['ECONNRESET', 'EPIPE'];

function outcomeOf(error: Error): EgressOutcome {
  if (error instanceof RefusedPeer) return { kind: 'refused', ...error.refusal };
  if (error instanceof NoSuchHost) return { kind: 'failed', reason: 'dns', detail: 'ENOTFOUND' };
  if (error instanceof TlsFailure) return { kind: 'failed', reason: 'tls', detail: error.message };
  return { kind: 'failed', reason: 'network', detail: codeOf(error) };
}

/** Never the message: it may quote what the other side sent, and names addresses. */
function codeOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'broken off';
  return code === 'UND_ERR_SOCKET' ? 'ECONNRESET' : code;
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
