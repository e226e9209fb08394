import pg from 'pg';
import { withConnection } from './pool.ts';

/**
 * Hands over each row as soon as it is here, while the server still reads the next ones: with
 * `pool.query` the one would wait for the other (docs/benchmarks.md, lookup). Resolves after the
 * last row. Rejects when the query fails, which it may do after some rows.
 *
 * @param onRow must not throw: it is called from the connection, where nobody could catch it.
 */
export function eachRow<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  config: pg.QueryConfig,
  onRow: (row: Row) => void,
): Promise<void> {
  return withConnection(
    pool,
    (client) =>
      new Promise<void>((resolve, reject) => {
        const query = new pg.Query<Row>(config);
        query.on('row', onRow);
        query.on('end', () => resolve());
        query.on('error', reject);
        client.query(query);
      }),
  );
}
