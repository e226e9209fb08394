import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The database cannot be reached or is just starting or stopping: nothing is wrong with the
 * statement, and it may be tried again later. HTTP answers this with 503.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    UNAVAILABLE_CODES.has(code) ||
    code.startsWith('08') ||
    UNAVAILABLE_TEXTS.some((text) => error.message.includes(text))
  );
}

/** SQLSTATEs of PostgreSQL's manual, appendix A, and errno names of a socket that is gone. */
const UNAVAILABLE_CODES: ReadonlySet<string> = new Set([
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: starting up or shutting down
  '53300', // too_many_connections
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT', // the unix socket is not there
  'EPIPE',
  'ETIMEDOUT',
]);

/** What node-postgres says without a code. */
const UNAVAILABLE_TEXTS = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Client has encountered a connection error',
] as const;

const FIRST_WAIT_MS = 50;
const WAIT_MS_MAX = 2_000;

/**
 * Repeats `work` while the database is unavailable, for `forMs` at most, then throws what it
 * threw. Only for work that may run twice: a connection that broke during COMMIT tells nothing
 * about whether it was committed.
 */
export async function retryWhileUnavailable<T>(
  work: () => Promise<T>,
  { forMs, signal }: { forMs: number; signal?: AbortSignal },
): Promise<T> {
  const deadline = performance.now() + forMs;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, WAIT_MS_MAX)) {
    try {
      return await work();
    } catch (error) {
      const late = performance.now() + waitMs > deadline;
      if (late || signal?.aborted === true || !isDatabaseUnavailable(error)) throw error;
      await sleep(waitMs);
    }
  }
}
