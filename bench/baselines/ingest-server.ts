import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type Push, servePushes } from './serve-pushes.ts';

/**
 * The minimum for a durable webhook receiver: HMAC over the raw bytes, a group commit into one
 * table with a unique id on the same PostgreSQL with the same settings, then the answer. Pool,
 * batch size and concurrent flushes equal the product's.
 */
const { DATABASE_URL = '', SECRET = '' } = process.env;
const BATCH_MAX = 256;
const FLUSHES_MAX = 2;

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
await pool.query(
  `create table if not exists bench_inbound_messages (id uuid primary key, received_at timestamptz not null
     default now(), body bytea not null)`,
);

const waiting: Push[] = [];
let underWay = 0;

function pump(): void {
  while (underWay < FLUSHES_MAX && waiting.length > 0) {
    const batch = waiting.splice(0, BATCH_MAX);
    underWay += 1;
    void flush(batch).finally(() => {
      underWay -= 1;
      pump();
    });
  }
}

async function flush(batch: readonly Push[]): Promise<void> {
  let at = 1;
  const from = batch.map(({ body }) => {
    at += body.length;
    return at - body.length;
  });
  const status = await pool
    .query({
      name: 'insert',
      text: `insert into bench_inbound_messages (id, body) select id, substring($1::bytea from f for l)
             from unnest($2::uuid[], $3::int[], $4::int[]) as r(id, f, l)`,
      values: [
        Buffer.concat(batch.map(({ body }) => body)),
        batch.map(() => randomUUID()),
        from,
        batch.map(({ body }) => body.length),
      ],
    })
    .then(() => 200)
    .catch(() => 503);
  for (const { done } of batch) done(status);
}

servePushes(SECRET, waiting, pump);
