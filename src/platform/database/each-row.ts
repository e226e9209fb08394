import pg from 'pg';
import { withConnection } from './pool.ts';

/**
 * Passes each row on as soon as it arrives, while the server still reads the next ones: with
 * `pool.query` one would wait for the other (docs/benchmarks.md, lookup). Resolves after the last
 * row. Rejects when the query fails, possibly after some rows.
 *
 * @param onRow must not throw: it is called from the connection, where nothing could catch it.
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
