import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

/**
 * The floor of what a fact costs: a program that parses pushes of FedEx, deduplicates their scans by
 * key, keeps the newest as the state of the parcel and logs what changed, all of it in one statement
 * per batch of pushes, and answers after the commit. It keeps no raw message, seals nothing, knows no
 * merchant, and derives neither dates nor public answers.
 */
const { DATABASE_URL = '', SECRET = '' } = process.env;
/** As many pushes as one commit of the hub. */
const BATCH_MAX = 256;

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 1 });
await pool.query(
  `create table floor_facts (number text, code text, at timestamptz, place text,
     primary key (number, code, at));
   create table floor_parcels (number text primary key, code text, at timestamptz);
   create table floor_log (id bigserial primary key, number text, code text, at timestamptz)`,
);

const RECORD = `
  with facts as (
    insert into floor_facts
    select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[])
    on conflict do nothing
    returning number, code, at),
  newest as (select distinct on (number) number, code, at from facts order by number, at desc),
  parcels as (
    insert into floor_parcels as parcel select number, code, at from newest
    on conflict (number) do update set code = excluded.code, at = excluded.at
    where parcel.at < excluded.at
    returning number, code, at)
  insert into floor_log (number, code, at) select number, code, at from parcels`;

interface Waiting {
  readonly body: Buffer;
  readonly done: (status: number) => void;
}

interface TrackResult {
  readonly trackingNumberInfo: { readonly trackingNumber: string };
  readonly scanEvents: readonly {
    readonly date: string;
    readonly eventType: string;
    readonly scanLocation: { readonly city: string };
  }[];
}

const waiting: Waiting[] = [];
let isBusy = false;
let isScheduled = false;

/** Commits what is waiting, one batch after the other. */
async function commit(): Promise<void> {
  isScheduled = false;
  if (isBusy) return;
  isBusy = true;
  while (waiting.length > 0) {
    const batch = waiting.splice(0, BATCH_MAX);
    const status = await record(batch).then(
      () => 200,
      () => 503,
    );
    for (const { done } of batch) done(status);
  }
  isBusy = false;
}

async function record(batch: readonly Waiting[]): Promise<void> {
  const [numbers, codes, times, places]: string[][] = [[], [], [], []];
  for (const { body } of batch) {
    const { output } = JSON.parse(body.toString());
    const result: TrackResult = output.completeTrackResults[0].trackResults[0];
    for (const { date, eventType, scanLocation } of result.scanEvents) {
      numbers?.push(result.trackingNumberInfo.trackingNumber);
      codes?.push(eventType);
      times?.push(date);
      places?.push(scanLocation.city);
    }
  }
  await pool.query({ name: 'record', text: RECORD, values: [numbers, codes, times, places] });
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const expected = Buffer.from(createHmac('sha256', SECRET).update(body).digest('base64'));
    const offered = Buffer.from(String(request.headers['fdx-signature']));
    const done = (status: number) => response.writeHead(status, { 'content-length': 0 }).end();
    if (expected.length !== offered.length || !timingSafeEqual(expected, offered)) return done(401);
    waiting.push({ body, done });
    if (!isScheduled) setImmediate(commit);
    isScheduled = true;
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
