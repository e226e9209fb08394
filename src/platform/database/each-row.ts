import pg from 'pg';
import { withConnection } from './pool.ts';
import { asArrays, rowsOf } from './query-rows.ts';

/**
 * Runs a query and passes each row on as soon as it arrives, while the server still reads the next
 * ones; with `pool.query` one would wait for the other (docs/benchmarks.md, lookup). Rows have the
 * members that `queryRows` describes. Resolves after the last row. Rejects if the query fails,
 * possibly after some rows.
 *
 * @param onRow must not throw: it is called from the connection, where nothing could catch it.
 */
export function eachRow<Row extends object>(
  pool: pg.Pool,
  config: pg.QueryConfig,
  onRow: (row: Row) => void,
): Promise<void> {
  return withConnection(
    pool,
    (client) =>
      new Promise<void>((resolve, reject) => {
        const query = new pg.Query<unknown[]>(asArrays(config));
        let read: ((values: unknown[]) => Row) | null = null;
        query.on('row', (values, answer) => {
          read ??= rowsOf<Row>(answer?.fields ?? []);
          onRow(read(values));
        });
        query.on('end', () => resolve());
        query.on('error', reject);
        client.query(query);
      }),
  );
}
