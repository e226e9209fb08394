import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

/**
 * The minimum for accepting scans durably: parse the request, check that each row has a number, a
 * code and a time, commit bodies in groups into one table on the same PostgreSQL with the same
 * settings, answer an outcome for each row. No keys, sealing or duplicates.
 */
const { DATABASE_URL = '' } = process.env;
const BATCH_MAX = 256;
const FLUSHES_MAX = 2;

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
await pool.query(
  `create table if not exists bench_scans (id uuid primary key, received_at timestamptz not null
     default now(), body bytea not null)`,
);

interface Waiting {
  readonly body: Buffer;
  readonly done: (stored: boolean) => void;
}
const waiting: Waiting[] = [];
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

async function flush(batch: readonly Waiting[]): Promise<void> {
  let at = 1;
  const from = batch.map(({ body }) => {
    at += body.length;
    return at - body.length;
  });
  const stored = await pool
    .query({
      name: 'insert',
      text: `insert into bench_scans (id, body) select id, substring($1::bytea from f for l)
             from unnest($2::uuid[], $3::int[], $4::int[]) as r(id, f, l)`,
      values: [
        Buffer.concat(batch.map(({ body }) => body)),
        batch.map(() => randomUUID()),
        from,
        batch.map(({ body }) => body.length),
      ],
    })
    .then(() => true)
    .catch(() => false);
  for (const { done } of batch) done(stored);
}

interface Row {
  readonly tracking_number?: unknown;
  readonly code?: unknown;
  readonly scanned_at?: unknown;
}

function isScan({ tracking_number: number, code, scanned_at: at }: Row): boolean {
  return (
    typeof number === 'string' && typeof code === 'string' && !Number.isNaN(Date.parse(`${at}`))
  );
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const rows = JSON.parse(body.toString('utf8')) as Row[];
    const results = rows.map((row, index) => ({
      index,
      outcome: isScan(row) ? 'accepted' : 'rejected',
    }));
    const answer = JSON.stringify({ accepted: results.length, results });
    const headers = { 'content-type': 'application/json' };
    const done = (stored: boolean) =>
      response.writeHead(stored ? 202 : 503, headers).end(stored ? answer : '{}');
    waiting.push({ body, done });
    if (waiting.length === 1) setImmediate(pump);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
