import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

/**
 * The minimum for sending signed webhooks: a number of loops, each signing a body and posting it
 * over `node:http`'s keep-alive connections, without retries or address checks. `GET /?posts=N`
 * sends N and returns how long that took, with each attempt committed before its loop goes on,
 * many at once; `&by=http` without commits, `&by=fetch` without commits and with Node's own
 * `fetch`.
 */
const { TARGET = '', CONCURRENCY = '64', BODY_BYTES = '1000', DATABASE_URL = '' } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 4 });
await pool.query(
  'create table if not exists bare_attempts (id uuid primary key, at timestamptz, status int)',
);
const secret = randomBytes(32);
const body = Buffer.from(JSON.stringify({ data: 'x'.repeat(Number(BODY_BYTES) - 11) }));
const target = new URL(TARGET);
const agent = new Agent({ keepAlive: true, maxSockets: Number(CONCURRENCY) });

function signedHeaders(id: string = randomUUID()): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const mac = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body);
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac.digest('base64')}`,
  };
}

async function postByFetch(): Promise<void> {
  const answer = await fetch(target, { method: 'POST', headers: signedHeaders(), body });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
}

function postByHttp(id: string = randomUUID()): Promise<void> {
  const { hostname: host, port, pathname: path } = target;
  const headers = { ...signedHeaders(id), 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const sent = request({ agent, method: 'POST', host, port, path, headers }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`${answer.statusCode}`)),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

let waiting: { readonly id: string; readonly resolve: () => void }[] = [];
let committing = 0;

/**
 * Commits the waiting attempts, with two statements at once: while one is being flushed to disk,
 * the next batch is gathered.
 */
async function commit(): Promise<void> {
  if (committing >= 2 || waiting.length === 0) return;
  const batch = waiting;
  waiting = [];
  committing += 1;
  await pool.query('insert into bare_attempts select unnest($1::uuid[]), now(), 200', [
    batch.map(({ id }) => id),
  ]);
  committing -= 1;
  for (const { resolve } of batch) resolve();
  void commit();
}

async function postDurably(): Promise<void> {
  const id = randomUUID();
  await postByHttp(id);
  await new Promise<void>((resolve) => {
    waiting.push({ id, resolve });
    setImmediate(() => void commit());
  });
}

const POSTS = { durable: postDurably, http: postByHttp, fetch: postByFetch } as const;

const server = createServer(async (incoming, answer) => {
  const wanted = new URL(incoming.url ?? '', 'http://x').searchParams;
  let left = Number(wanted.get('posts'));
  const post = POSTS[(wanted.get('by') ?? 'durable') as keyof typeof POSTS];
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: Number(CONCURRENCY) }, async () => {
      while (left > 0) {
        left -= 1;
        await post();
      }
    }),
  );
  answer.end(JSON.stringify({ tookMs: performance.now() - startedAt }));
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
