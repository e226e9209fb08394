import { connect as connectTcp, type Socket } from 'node:net';
import { parseJsonOrNull } from '../../../kernel/wire/loose.ts';
import type { Egress, EgressOutcome } from '../../../platform/net/egress.ts';
import type { HttpOutcome } from '../../../platform/net/http-client.ts';
import type { Repeat, SendOutcome } from '../contract.ts';

/** A request that got no answer from the provider: it failed, or was not allowed. */
type Failure = Extract<HttpOutcome | UntrustedOutcome, { kind: 'failed' | 'refused' }>;

/**
 * The longest accepted wait. If a provider asks for more than a day, that is a refusal, which the
 * next try will show.
 */
const RETRY_AFTER_S_MAX = 86_400;

export const accepted = (providerId: string | null): SendOutcome => ({
  outcome: 'accepted',
  providerId,
});
export const retry = (reason: string, retryAfterS: number | null = null): SendOutcome => ({
  outcome: 'retry',
  reason,
  retryAfterS,
});
export const refused = (reason: string): SendOutcome => ({
  outcome: 'refused',
  reason,
  address: false,
});
export const badAddress = (reason: string): SendOutcome => ({
  outcome: 'refused',
  reason,
  address: true,
});
export const unknown = (reason: string): SendOutcome => ({ outcome: 'unknown', reason });

/**
 * The outcome of a request without an answer. A request that certainly was not sent may be tried
 * again, whatever the channel's `repeat`.
 */
export function outcomeOfFailure(failure: Failure): SendOutcome {
  if (failure.kind === 'refused') return refused(`the address is refused: ${failure.reason}`);
  if (isUnsent(failure)) return retry(`no connection: ${failure.reason}`);
  return unknown(`no answer: ${failure.reason}`);
}

/** Whether no request was sent, because the name lookup, the connection or the handshake failed. */
function isUnsent(failure: Extract<Failure, { kind: 'failed' }>): boolean {
  if (!('detail' in failure)) return failure.unsent === true;
  return failure.reason === 'dns' || failure.reason === 'tls' || UNSENT.has(failure.detail);
}

const UNSENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

/**
 * The outcome of an answer by its status alone. The provider's text is left out: it may repeat the
 * address or quote the message. After a server error the work may have been done, so a channel that
 * must not repeat gets `unknown`; 503 means that nothing was done.
 */
export function outcomeOfStatus(
  status: number,
  headers: Readonly<Record<string, string>>,
  { repeat, nowMs, code }: { repeat: Repeat; nowMs: number; code?: string | number | undefined },
): SendOutcome {
  const answerText = `the provider answers ${status}${code === undefined ? '' : ` (${codeForLog(code)})`}`;
  const afterS = retryAfterS(headers, nowMs);
  if (status === 429 || status === 503) return retry(answerText, afterS);
  if (status === 401 || status === 403)
    return retry(`${answerText}: it refuses our credentials`, afterS);
  if (status === 408 || status === 425) return retry(answerText, afterS);
  if (status >= 500) return repeat === 'never' ? unknown(answerText) : retry(answerText, afterS);
  if (status >= 300 && status < 400)
    return retry(`${answerText}: a redirect, which is not followed`);
  if (status >= 400) return refused(answerText);
  return unknown(`${answerText}, which is no documented success or error`);
}

/** Seconds of a `Retry-After`, which is a number or a date; null if absent or unreadable. */
export function retryAfterS(
  headers: Readonly<Record<string, string>>,
  nowMs: number,
): number | null {
  const text = headers['retry-after']?.trim();
  if (text === undefined || text === '') return null;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - nowMs) / 1_000;
  if (!Number.isFinite(seconds)) return null;
  return Math.min(Math.max(0, Math.ceil(seconds)), RETRY_AFTER_S_MAX);
}

/** The body as JSON; undefined if it is not, because a proxy may answer instead of the provider. */
export function jsonOf(text: string): unknown {
  return parseJsonOrNull(text)?.value;
}

const CODE_CHARS_MAX = 60;

/** The provider's code in a form that may be logged: a word or number, never a sentence. */
function codeForLog(code: string | number): string {
  return String(code)
    .replace(/[^\w.-]+/g, '_')
    .slice(0, CODE_CHARS_MAX);
}

/**
 * Sends requests to hosts that someone other than the operator chose. The address is checked on the
 * socket that is really used, as for `GuardedConnect`.
 */
export type UntrustedPost = Pick<Egress, 'post' | 'checkUrl'>;
export type UntrustedOutcome = EgressOutcome;

/** A connection to a host; rejects if it is unreachable or its address is not allowed. */
export type GuardedConnect = (host: string, port: number) => Promise<Socket>;

/** Connects to a server that the operator named, which may be in a private network. */
export function trustedConnect(timeoutMs: number): GuardedConnect {
  return (host, port) =>
    new Promise((resolve, reject) => {
      const socket = connectTcp({ host, port, noDelay: true });
      const timer = setTimeout(() => socket.destroy(new Error('no connection')), timeoutMs);
      socket.once('close', () => clearTimeout(timer));
      socket.once('error', reject);
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.off('error', reject);
        resolve(socket);
      });
    });
}
