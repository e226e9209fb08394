import type { Queryable } from '../database/database.ts';
import { queryColumn } from '../database/query-rows.ts';

/**
 * Tracks live processes by locks of their sessions: PostgreSQL releases them the moment a
 * connection ends, however the process ended. A session that has just broken may be about to
 * reconnect: before taking work from an absent process, check twice, a while apart, and fence what
 * the other might still do.
 */
const LOCK_CLASSES = { process: 0x5742_001b, files: 0x5742_0033 } as const;

/** `process`: all processes; `files`: those that store, serve or remove files. */
export type PresenceKind = keyof typeof LOCK_CLASSES;

/**
 * The statement that marks a session as present; the lock is shared, so a lingering session does
 * not block it.
 */
export function presenceStatement(session: number, kind: PresenceKind): string {
  return `select pg_advisory_lock_shared(${LOCK_CLASSES[kind]}, ${Math.trunc(session)})`;
}

/** Returns the sessions of processes that are connected to this database now. */
export async function presentSessions(
  db: Queryable,
  kind: PresenceKind = 'process',
): Promise<ReadonlySet<number>> {
  const sessions = await queryColumn<string>(db, {
    name: 'present_sessions',
    text: `select objid::bigint from pg_locks
           where locktype = 'advisory' and classid = $1 and objsubid = 2 and granted
             and database = (select oid from pg_database where datname = current_database())`,
    values: [LOCK_CLASSES[kind]],
  });
  return new Set(sessions.map(Number));
}
