import type pg from 'pg';
import { withConnection } from './pool.ts';

/** The two keys of PostgreSQL's two-key advisory locks: what for, and which of those. */
export interface AdvisoryKeys {
  readonly lockClass: number;
  readonly keys: readonly number[];
}

/**
 * Takes those of the locks that nobody holds and runs `work` with them; null when there are none,
 * at once. The locks belong to a connection and die with it, so a killed holder is replaced
 * without anybody cleaning up. A connection on which anything went wrong is closed, never reused.
 */
export function withAdvisoryLocks<T>(
  pool: pg.Pool,
  { lockClass, keys }: AdvisoryKeys,
  work: (taken: readonly number[]) => Promise<T>,
): Promise<T | null> {
  return withConnection(pool, async (client) => {
    const { rows } = await client.query<{ key: number }>({
      name: 'take_advisory_locks',
      text: 'select key from unnest($2::int[]) as key where pg_try_advisory_lock($1::int, key)',
      values: [lockClass, keys],
    });
    const taken = rows.map(({ key }) => key);
    if (taken.length === 0) return null;
    try {
      return await work(taken);
    } finally {
      // Also when it failed: the server hears of a closed connection later than we do.
      await client.query({
        name: 'leave_advisory_locks',
        text: 'select pg_advisory_unlock($1::int, key) from unnest($2::int[]) as key',
        values: [lockClass, taken],
      });
    }
  });
}
