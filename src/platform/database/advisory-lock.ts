import type pg from 'pg';
import { together } from './database.ts';
import { withConnection } from './pool.ts';
import { sessionsOf } from './pooler/transaction-pool.ts';

/** The two keys of PostgreSQL's two-key advisory locks: the purpose, and which locks of it. */
interface AdvisoryKeys {
  readonly lockClass: number;
  readonly keys: readonly number[];
}

/** What `work` can use while locks are held, without another round trip. */
export interface WhileLocked<Row extends pg.QueryResultRow> {
  /** The result of `asks`, read after the locks were acquired. */
  readonly rows: readonly Row[];
  /**
   * Runs a statement just before the locks are released, in the same message; if it fails, so does
   * the whole.
   */
  last(statement: pg.QueryConfig): void;
}

/**
 * Acquires those of the locks that are free and runs `work` with them; returns null at once if none
 * is. The locks belong to a connection and end with it, so a killed holder is replaced without
 * cleanup. Bypasses a pooler. After any error the connection is closed, never reused.
 *
 * @param asks runs in the message that acquires the locks, whether or not any are free.
 */
export function withAdvisoryLocks<T, Row extends pg.QueryResultRow = never>(
  pool: pg.Pool,
  { lockClass, keys }: AdvisoryKeys,
  work: (locked: readonly number[], meanwhile: WhileLocked<Row>) => Promise<T>,
  asks?: pg.QueryConfig,
): Promise<T | null> {
  return withConnection(sessionsOf(pool), async (client) => {
    const taking = client.query<{ key: number }>({
      name: 'take_advisory_locks',
      text: 'select key from unnest($2::int[]) as key where pg_try_advisory_lock($1::int, key)',
      values: [lockClass, keys],
    });
    // A separate statement, so that it sees everything committed before the locks were acquired.
    const asking = asks === undefined ? null : client.query<Row>(asks);
    await together([taking, asking ?? taking]);
    const locked = (await taking).rows.map(({ key }) => key);
    const rows = (await asking)?.rows ?? [];
    if (locked.length === 0) return null;
    const last: pg.QueryConfig[] = [];
    try {
      return await work(locked, { rows, last: (statement) => void last.push(statement) });
    } catch (error) {
      last.length = 0;
      throw error;
    } finally {
      // Released even after a failure, because the server notices a closed connection later.
      const leaving = {
        name: 'leave_advisory_locks',
        text: 'select pg_advisory_unlock($1::int, key) from unnest($2::int[]) as key',
        values: [lockClass, locked],
      };
      await together([...last, leaving].map((statement) => client.query(statement)));
    }
  });
}
