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
