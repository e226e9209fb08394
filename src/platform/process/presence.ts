import type { Queryable } from '../database/database.ts';
import { queryRows } from '../database/query-rows.ts';

/**
 * Tracks live processes by locks of their sessions: PostgreSQL releases them the moment a
 * connection ends, however the process ended. A session that has just broken may be about to
 * reconnect: before taking work from an absent process, check twice, a while apart, and fence what
 * the other might still do.
 */
const PRESENCE_LOCK_CLASS = 0x5742_001b;

/**
 * The statement that marks a session as present; the lock is shared, so a lingering session does
 * not block it.
 */
export function presenceStatement(session: number): string {
  return `select pg_advisory_lock_shared(${PRESENCE_LOCK_CLASS}, ${Math.trunc(session)})`;
}

/** Returns the sessions of processes that are connected to this database now. */
export async function presentSessions(db: Queryable): Promise<ReadonlySet<number>> {
  const rows = await queryRows<{ session: string }>(db, {
    name: 'present_sessions',
    text: `select objid::bigint as session from pg_locks
           where locktype = 'advisory' and classid = $1 and objsubid = 2 and granted
             and database = (select oid from pg_database where datname = current_database())`,
    values: [PRESENCE_LOCK_CLASS],
  });
  return new Set(rows.map(({ session }) => Number(session)));
}
