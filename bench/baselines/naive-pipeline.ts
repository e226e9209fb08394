import pg from 'pg';

/**
 * Processes pushes in the obvious first version: a transaction for each push, a statement for each
 * fact, the state by the newest scan. It has no batches, no late scans and no ordered log.
 * @returns facts a second.
 */
export async function naivePipeline(
  url: string,
  bodies: readonly string[],
  durationMs: number,
  connections: number,
): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: connections });
  // The server may stop while idle connections close.
  pool.on('error', () => {});
  await pool.query(`
    create table if not exists naive_shipments (number text primary key, status text, at timestamptz);
    create table if not exists naive_facts (number text, code text, at timestamptz, raw jsonb,
      primary key (number, code, at));
    create table if not exists naive_log (id bigserial primary key, number text, data jsonb)`);
  let next = 0;
  let facts = 0;
  const startedAt = performance.now();
  const worker = async (): Promise<void> => {
    while (performance.now() - startedAt < durationMs && next < bodies.length) {
      const body = bodies[next] ?? '';
      next += 1;
      facts += await processOne(pool, body);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const tookS = (performance.now() - startedAt) / 1_000;
  await pool.end();
  return Math.round(facts / tookS);
}

interface Result {
  readonly trackingNumberInfo: { readonly trackingNumber: string };
  readonly scanEvents: readonly { readonly date: string; readonly eventType: string }[];
}

async function processOne(pool: pg.Pool, body: string): Promise<number> {
  const result: Result = JSON.parse(body).output.completeTrackResults[0].trackResults[0];
  const number = result.trackingNumberInfo.trackingNumber;
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(
      `insert into naive_shipments values ($1, 'created', null) on conflict do nothing`,
      [number],
    );
    await client.query('select 1 from naive_shipments where number = $1 for update', [number]);
    for (const { date, eventType } of result.scanEvents) {
      await client.query('insert into naive_facts values ($1, $2, $3, $4) on conflict do nothing', [
        number,
        eventType,
        date,
        JSON.stringify({ date, eventType }),
      ]);
    }
    const { rows } = await client.query(
      'select code, at from naive_facts where number = $1 order by at desc',
      [number],
    );
    await client.query('update naive_shipments set status = $2, at = $3 where number = $1', [
      number,
      rows[0]?.code,
      rows[0]?.at,
    ]);
    await client.query('insert into naive_log (number, data) values ($1, $2)', [
      number,
      JSON.stringify(rows[0]),
    ]);
    await client.query('commit');
  } finally {
    client.release();
  }
  return result.scanEvents.length;
}
