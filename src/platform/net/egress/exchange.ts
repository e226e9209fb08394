import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { GrowingBytes } from '../read-body.ts';
import { NoSuchHost, RefusedPeer, TlsFailure } from './connect.ts';
import type { Connection, Connections } from './connections.ts';
import type { EgressOutcome, Target } from './url-rules.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Call {
  readonly method: Method;
  readonly target: Target;
  readonly connections: Connections;
  /** Names and values alternately. */
  readonly headers: string[];
  /** Null: no body. */
  readonly body: string | Uint8Array | null;
  readonly deadlineMs: number;
  readonly answerBytesMax: number;
  /** Whether the answer's body is needed; if not, only its status is waited for. */
  readonly isBodyRead: boolean;
}

/** Where the status is what counts, a slow body is waited for this long. */
const POST_BODY_MS_MAX = 2_000;

/**
 * Sends one request over one connection and waits for the end of the answer or the deadline.
 * `stale`: a reused connection was closed before an answer came.
 */
export async function exchange(call: Call): Promise<EgressOutcome | 'stale'> {
  const connection = await call.connections.take(call.target);
  return new Promise((resolve) => new Exchange(call, connection, resolve).begin());
}

/**
 * One object handles all events: closures for each of some ten thousand a second would cost more.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #call: Call;
  readonly #resolve: (outcome: EgressOutcome | 'stale') => void;
  readonly #connection: Connection;
  #timer: NodeJS.Timeout | undefined;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  /** Null: no bytes came. */
  #bytes: GrowingBytes | null = null;
  #isOver = false;

  constructor(
    call: Call,
    connection: Connection,
    resolve: (outcome: EgressOutcome | 'stale') => void,
  ) {
    this.#call = call;
    this.#resolve = resolve;
    this.#connection = connection;
  }

  begin(): void {
    const { method, target, headers, body } = this.#call;
    this.#timer = setTimeout(onTooLate, this.#leftMs(), this);
    this.#connection.send({ method, path: target.path, headers, body }, this);
  }

  /** Ends the exchange at the deadline, or at that of a body whose status is known. */
  tooLate(): void {
    this.#end(this.#status > 0 ? this.#answer(true) : TOO_LATE, false);
  }

  onRequestStart(): void {}

  onResponseStart(
    _: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (statusCode < 200 || this.#isOver) return;
    this.#status = statusCode;
    this.#headers = headers;
    clearTimeout(this.#timer);
    const leftMs = this.#leftMs();
    const bodyMs = this.#call.isBodyRead ? leftMs : Math.min(POST_BODY_MS_MAX, leftMs);
    this.#timer = setTimeout(onTooLate, bodyMs, this);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    const max = this.#call.answerBytesMax;
    this.#bytes ??= new GrowingBytes(max);
    const room = max - this.#bytes.length;
    const isTooLong = chunk.length > room;
    this.#bytes.add(isTooLong ? chunk.subarray(0, room) : chunk);
    if (isTooLong) this.#end(this.#answer(true), false);
  }

  onResponseEnd(): void {
    this.#end(this.#answer(false), true);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#status > 0) this.#end(this.#answer(true), false);
    else if (this.#connection.wasUsed && HUNG_UP.includes(codeOf(error))) this.#end('stale', false);
    else this.#end(outcomeOf(error), false);
  }

  #end(outcome: EgressOutcome | 'stale', isWhole: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    if (isWhole) this.#connection.release();
    else this.#connection.discard();
    this.#resolve(outcome);
  }

  /**
   * The answer with the body as far as it came; a body that breaks off does not undo the status.
   */
  #answer(truncated: boolean): EgressOutcome {
    const text = this.#bytes?.take().toString('utf8') ?? '';
    const headers = plainHeaders(this.#headers);
    return { kind: 'answer', status: this.#status, headers, text, truncated };
  }

  #leftMs(): number {
    return Math.max(0, this.#call.deadlineMs - performance.now());
  }
}

function onTooLate(exchange: Exchange): void {
  exchange.tooLate();
}

const TOO_LATE: EgressOutcome = { kind: 'failed', reason: 'timeout', detail: 'no answer in time' };

/** The connection was closed or reset, or written to after that. */
const HUNG_UP: readonly string[] = ['ECONNRESET', 'EPIPE'];

function outcomeOf(error: Error): EgressOutcome {
  if (error instanceof RefusedPeer) return { kind: 'refused', ...error.refusal };
  if (error instanceof NoSuchHost) return { kind: 'failed', reason: 'dns', detail: 'ENOTFOUND' };
  if (error instanceof TlsFailure) return { kind: 'failed', reason: 'tls', detail: error.message };
  return { kind: 'failed', reason: 'network', detail: codeOf(error) };
}

/**
 * Returns the error's code, never its message: that may quote what the other side sent, and names
 * addresses.
 */
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
