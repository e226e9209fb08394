import type pg from 'pg';

/** The two keys of PostgreSQL's two-key advisory locks: what for, and which of those. */
export interface AdvisoryKey {
  readonly lockClass: number;
  readonly key: number;
}

/**
 * Runs `work` while this process holds the lock; null when another holds it, at once. The lock
 * belongs to its connection: it dies with it, so a killed holder is replaced without anybody
 * cleaning up. A connection on which anything went wrong is closed, never reused.
 */
export async function withAdvisoryLock<T>(
  pool: pg.Pool,
  { lockClass, key }: AdvisoryKey,
  work: () => Promise<T>,
): Promise<T | null> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onBreak = (error: Error) => {
    broken = error;
  };
  client.on('error', onBreak);
  try {
    const { rows } = await client.query<{ taken: boolean }>({
      name: 'take_advisory_lock',
      text: 'select pg_try_advisory_lock($1::int, $2::int) as taken',
      values: [lockClass, key],
    });
    if (rows[0]?.taken !== true) return null;
    try {
      return await work();
    } finally {
      await client.query({
        name: 'leave_advisory_lock',
        text: 'select pg_advisory_unlock($1::int, $2::int)',
        values: [lockClass, key],
      });
    }
  } catch (error) {
    // Whatever went wrong on this connection, the lock must not outlive it.
    broken ??= error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.off('error', onBreak);
    client.release(broken);
  }
}
