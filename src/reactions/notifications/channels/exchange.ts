import { connect as connectTcp, type Socket } from 'node:net';
import type { Egress, EgressOutcome } from '../../../platform/net/egress.ts';
import type { HttpOutcome } from '../../../platform/net/http-client.ts';
import type { Repeat, SendOutcome } from '../contract.ts';

/** What a channel may conclude from an exchange that its provider's own words do not settle. */
export type Failure = Extract<HttpOutcome | UntrustedOutcome, { kind: 'failed' | 'refused' }>;

/** Longer waits than a day are no wait but a refusal; the next try finds out. */
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

/** No answer. What never left our side may be tried again, whatever a repeat would do. */
export function outcomeOfFailure(failure: Failure): SendOutcome {
  if (failure.kind === 'refused') return refused(`the address is refused: ${failure.reason}`);
  if (isUnsent(failure)) return retry(`no connection: ${failure.reason}`);
  return unknown(`no answer: ${failure.reason}`);
}

/** Without a name that leads somewhere, a connection or a handshake, no request has left. */
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
 * By status alone. Words of the provider are left out: they repeat the address or quote the message.
 * A server error may have come after the work was done, so a channel that must not repeat does not
 * know; 503 says that nothing was done.
 */
export function outcomeOfStatus(
  status: number,
  headers: Readonly<Record<string, string>>,
  { repeat, nowMs, code }: { repeat: Repeat; nowMs: number; code?: string | number | undefined },
): SendOutcome {
  const what = `the provider answers ${status}${code === undefined ? '' : ` (${clean(code)})`}`;
  const afterS = retryAfterS(headers, nowMs);
  if (status === 429 || status === 503) return retry(what, afterS);
  if (status === 401 || status === 403) return retry(`${what}: it refuses our credentials`, afterS);
  if (status === 408 || status === 425) return retry(what, afterS);
  if (status >= 500) return repeat === 'never' ? unknown(what) : retry(what, afterS);
  if (status >= 300 && status < 400) return retry(`${what}: a redirect, which is not followed`);
  if (status >= 400) return refused(what);
  return unknown(`${what}, which is not what it promises`);
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
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const CODE_CHARS_MAX = 60;

/** A provider's code as it may be logged: a word or number, nothing of a sentence. */
function clean(code: string | number): string {
  return String(code)
    .replace(/[^\w.-]+/g, '_')
    .slice(0, CODE_CHARS_MAX);
}

/**
 * Requests and connections to hosts that someone other than the operator chose. Both check the address on
 * the socket that is really used.
 */
export type UntrustedPost = Pick<Egress, 'post' | 'checkUrl'>;
export type UntrustedOutcome = EgressOutcome;

/** A connection to a host; rejects if it is unreachable or its address is not allowed. */
export type GuardedConnect = (host: string, port: number) => Promise<Socket>;

/** For a server that the operator named, which may be in a private network. */
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
