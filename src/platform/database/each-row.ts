import pg from 'pg';

/**
 * Hands over each row as soon as it is here, while the server still reads the next ones: with
 * `pool.query` the one would wait for the other (docs/benchmarks.md, lookup). Resolves after the
 * last row. Rejects when the query fails, which it may do after some rows.
 *
 * @param onRow must not throw: it is called from the connection, where nobody could catch it.
 */
export async function eachRow<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  config: pg.QueryConfig,
  onRow: (row: Row) => void,
): Promise<void> {
  const client = await pool.connect();
  let failure: Error | undefined;
  const onFailure = (error: Error): void => {
    failure ??= error;
  };
  // A connection that breaks says so itself too, which nobody else would hear while it is lent.
  client.on('error', onFailure);
  try {
    await new Promise<void>((resolve, reject) => {
      const query = new pg.Query<Row>(config);
      query.on('row', onRow);
      query.on('end', () => resolve());
      query.on('error', reject);
      client.query(query);
    });
  } catch (error) {
    onFailure(error as Error);
    throw error;
  } finally {
    client.off('error', onFailure);
    // As `pool.query` does: a connection on which something failed is not used again.
    client.release(failure);
  }
}
