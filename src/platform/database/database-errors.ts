import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

/**
 * Whether the database cannot be reached, is just starting or stopping, or has no room. Then
 * nothing is wrong with the statement, and it may be retried later. HTTP answers this with 503.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  return blameOf(error) === 'unavailable';
}

/** Whether PostgreSQL cancelled the statement (query_canceled): it exceeded its time limit. */
export function isCancelled(error: unknown): boolean {
  return error instanceof Error && textOf(error, 'code') === '57014';
}

/**
 * Whether the statement may succeed once the database has less to do, or a concurrent transaction
 * has ended. HTTP answers this with 503 too.
 */
export function isDatabaseBusy(error: unknown): boolean {
  return isCancelled(error) || blameOf(error) === 'conflict';
}

const FIRST_WAIT_MS = 50;
const WAIT_MS_MAX = 2_000;

/**
 * Repeats `work` while the database is unavailable, for at most `forMs`, then rethrows the error.
 * Only for work that may run twice: after a connection broke during COMMIT, nobody knows whether
 * the transaction was committed.
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

/**
 * How long a failed write is reported: if the disk is still full, another write fails within this
 * time.
 */
export const WRITE_FAILURE_MS = 60_000;

/** Whether the database has recently refused to write, and why. */
export interface WriteFailures {
  /** Called for every error of the server; those that say that it cannot write are remembered. */
  onServerError(error: unknown): void;
  /** Called for a write that was rejected, unless its content is to blame. */
  onRefused(error: unknown): void;
  /**
   * Returns the failure of the last minute, or null if there was none, so that it ends by itself.
   */
  recent(): string | null;
}

/** Creates the memory of the latest failed write, which is reported for a while. */
export function createWriteFailures(clock: Clock): WriteFailures {
  let last: { readonly atMs: number; readonly why: string } | null = null;
  const note = (why: string): void => {
    last = { atMs: clock.nowMs(), why };
  };
  return {
    onServerError(error) {
      const why = whyUnwritable(error);
      if (why !== null) note(why);
    },
    onRefused(error) {
      const blame = blameOf(error);
      if (blame !== 'unavailable' && blame !== 'machine') return;
      note(whyUnwritable(error) ?? 'the database was not available');
    },
    recent() {
      if (last === null) return null;
      // Negative if the clock was set back meanwhile.
      const ageMs = clock.nowMs() - last.atMs;
      return ageMs >= 0 && ageMs <= WRITE_FAILURE_MS ? last.why : null;
    },
  };
}

/** Reasons by SQLSTATE, from PostgreSQL's manual, appendix A. */
const UNWRITABLE: ReadonlyMap<string, string> = new Map([
  ['53100', 'the disk of the database is full'],
  ['25006', 'the database is read-only'],
  ['58030', 'the database cannot read or write its files'],
  ['XX001', 'files of the database are damaged'],
  ['XX002', 'an index of the database is damaged'],
]);

function whyUnwritable(error: unknown): string | null {
  const code = error instanceof Error ? Reflect.get(error, 'code') : null;
  return typeof code === 'string' ? (UNWRITABLE.get(code) ?? null) : null;
}

/**
 * The cause of a failure of work on an entry, which decides how to handle it.
 *
 * - `entry`: it fails the same way each time. Set it aside; its neighbours continue.
 * - `conflict`: a concurrent transaction interfered. A retry may succeed at once.
 * - `unavailable`: the database cannot be reached, or has no room. A retry may succeed later; HTTP
 *   answers 503.
 * - `machine`: the database or the disk is broken or in an unexpected state. No entry is given up
 *   for it, and a person has to investigate.
 */
export type Blame = 'entry' | 'conflict' | 'unavailable' | 'machine';

/**
 * The classes of SQLSTATE from PostgreSQL's manual, appendix A; classes not listed blame the entry.
 */
const BY_CLASS: ReadonlyMap<string, Blame> = new Map<string, Blame>([
  ['08', 'unavailable'], // connection
  ['25', 'machine'], // state of the transaction
  ['26', 'machine'], // a prepared statement does not exist: a pooler is in between
  ['28', 'machine'], // login
  ['3D', 'machine'], // no such database
  ['40', 'conflict'], // rolled back: deadlock, serialization
  ['53', 'unavailable'], // memory, disk, connections
  ['55', 'conflict'], // an object is in use, or a lock was not available in time
  ['57', 'machine'], // cancelled by somebody, or by a time limit
  ['58', 'machine'], // the system under PostgreSQL: I/O
  ['F0', 'machine'], // its configuration
  ['XX', 'machine'], // internal, or data that is corrupted
]);

/** SQLSTATEs that differ from their class, and errno names of Node.js. */
const BY_CODE: ReadonlyMap<string, Blame> = new Map<string, Blame>([
  ['0A000', 'machine'], // a prepared statement whose columns a migration has changed
  ['25006', 'unavailable'], // read-only: the server has become a standby, and another is the primary
  ['57P01', 'unavailable'], // admin_shutdown
  ['57P02', 'unavailable'], // crash_shutdown
  ['57P03', 'unavailable'], // cannot_connect_now: starting up or shutting down
  ['ECONNREFUSED', 'unavailable'],
  ['ECONNRESET', 'unavailable'],
  ['ENOENT', 'unavailable'], // the unix socket does not exist
  ['EPIPE', 'unavailable'],
  ['ETIMEDOUT', 'unavailable'],
  ['EHOSTUNREACH', 'unavailable'],
  ['ENETUNREACH', 'unavailable'],
  ['EAI_AGAIN', 'unavailable'],
  ['KAFKA_AWAY', 'unavailable'], // our own: brokers take no records now (platform/kafka)
  ['ENOTFOUND', 'machine'],
  ['EACCES', 'machine'],
  ['EIO', 'machine'],
  ['EMFILE', 'machine'],
  ['ENFILE', 'machine'],
  ['ENOMEM', 'machine'],
  ['ENOSPC', 'machine'],
  ['EROFS', 'machine'],
]);

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Errors of node-postgres that have no code. */
const UNAVAILABLE_TEXTS = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
] as const;

/**
 * Returns the cause of an error. Never throws, whatever was thrown. A bug in our own code blames
 * the entry that triggered it.
 */
export function blameOf(error: unknown): Blame {
  if (!(error instanceof Error)) return 'entry';
  const code = textOf(error, 'code');
  // A missing file that an entry names is not a missing socket.
  if (code === 'ENOENT' && ![null, 'connect'].includes(textOf(error, 'syscall'))) return 'entry';
  const known = code === null ? undefined : BY_CODE.get(code);
  if (known !== undefined) return known;
  if (code !== null && SQLSTATE.test(code)) return BY_CLASS.get(code.slice(0, 2)) ?? 'entry';
  return UNAVAILABLE_TEXTS.some((text) => error.message.includes(text)) ? 'unavailable' : 'entry';
}

function textOf(error: Error, name: 'code' | 'syscall'): string | null {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : null;
}
