import pg from 'pg';
import { type Push, servePushes } from './serve-pushes.ts';

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

interface TrackResult {
  readonly trackingNumberInfo: { readonly trackingNumber: string };
  readonly scanEvents: readonly {
    readonly date: string;
    readonly eventType: string;
    readonly scanLocation: { readonly city: string };
  }[];
}

const waiting: Push[] = [];
let isBusy = false;

/** Commits what is waiting, one batch after the other. */
async function commit(): Promise<void> {
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

async function record(batch: readonly Push[]): Promise<void> {
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

servePushes(SECRET, waiting, () => void commit());
