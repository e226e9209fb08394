import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

/**
 * The other script that many shops write first: it asks the carrier for each parcel at the same
 * interval, stores the status, and posts it to the shop if it has changed.
 * `GET /NUMBER` answers the status stored.
 */
const { DATABASE_URL = '', CARRIER = '', TARGET = '', NUMBERS = '', EVERY_MS = '' } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
await pool.query('create table if not exists polled (number text primary key, status text)');
const numbers = NUMBERS.split(',');

async function poll(number: string): Promise<void> {
  const answer = await fetch(new URL(number, CARRIER));
  const status = await answer.text();
  const { rowCount } = await pool.query(
    `insert into polled values ($1, $2)
     on conflict (number) do update set status = excluded.status where polled.status <> excluded.status`,
    [number, status],
  );
  if (rowCount === 0) return;
  const body = JSON.stringify({ tracking_number: number, status });
  await (await fetch(TARGET, { method: 'POST', body })).arrayBuffer();
}

const server = createServer((request, response) => {
  const number = (request.url ?? '').slice(1);
  void pool
    .query('select status from polled where number = $1', [number])
    .then(({ rows }) => response.end(rows[0]?.status ?? ''));
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));

const gapMs = Number(EVERY_MS) / numbers.length;
for (const [n, number] of numbers.entries()) {
  // Spread over the interval, so that the carrier is asked evenly.
  setTimeout(() => setInterval(() => void poll(number), Number(EVERY_MS)), n * gapMs);
}
