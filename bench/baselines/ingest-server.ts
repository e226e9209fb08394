import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

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

interface Waiting {
  readonly id: string;
  readonly body: Buffer;
  readonly done: (status: number) => void;
}
const waiting: Waiting[] = [];
let underWay = 0;
let scheduled = false;

function pump(): void {
  scheduled = false;
  while (underWay < FLUSHES_MAX && waiting.length > 0) {
    const batch = waiting.splice(0, BATCH_MAX);
    underWay += 1;
    void flush(batch).finally(() => {
      underWay -= 1;
      pump();
    });
  }
}

async function flush(batch: readonly Waiting[]): Promise<void> {
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
        batch.map(({ id }) => id),
        from,
        batch.map(({ body }) => body.length),
      ],
    })
    .then(() => 200)
    .catch(() => 503);
  for (const { done } of batch) done(status);
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    const expected = Buffer.from(createHmac('sha256', SECRET).update(body).digest('base64'));
    const offered = Buffer.from(String(request.headers['fdx-signature']));
    const done = (status: number) => response.writeHead(status, { 'content-length': 0 }).end();
    if (expected.length !== offered.length || !timingSafeEqual(expected, offered)) return done(401);
    waiting.push({ id: randomUUID(), body, done });
    if (!scheduled) setImmediate(pump);
    scheduled = true;
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
