import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { PeopleHashes } from '../../src/tracking/search/people-hashes.ts';
import { copy } from '../load/bulk-load.ts';

/** The weeks over which parcels are spread, and those of them whose dates are in the ledger. */
const WEEKS = 52;
const LEDGER_WEEKS = 15;
const CHUNK = 100_000;

/**
 * Writes the data of each parcel that the desk's table and charts read, by statements of the server
 * itself.
 */
export async function fillDesk(
  client: pg.Client,
  { merchantId, people }: { readonly merchantId: string; readonly people?: PeopleHashes },
  count: number,
  say: (line: string) => void,
): Promise<void> {
  const indexes = await dropIndexes(client);
  for (let from = 0; from < count; from += CHUNK) {
    const last = Math.min(count, from + CHUNK) - 1;
    await client.query(SHIPMENTS, [merchantId, from, last, count]);
    say(`${last + 1} parcels`);
  }
  if (people !== undefined) {
    await fillPeople(client, { merchantId, people }, count);
    say('their recipients');
  }
  await client.query(
    `insert into shipment_terms (shipment_id, merchant_id, mode, term)
     select s.id, s.merchant_id, s.mode, term from shipments s, waybill_shipment_terms(s) as term`,
  );
  say('what they are found by');
  await client.query(PROMISES, [merchantId]);
  say('their dates');
  await client.query(COUNTS, [merchantId]);
  say('their counts');
  await client.query(`set maintenance_work_mem = '256MB'`);
  for (const index of indexes) await client.query(index);
  say('and their indexes');
  await allCompared(client, say);
  for (const table of TABLES) await client.query(`vacuum (analyze) ${table}`);
}

const TABLES = [
  ...[
    'shipments',
    'shipment_terms',
    'shipment_people',
    'edd_promises',
    'edd_compared_weeks',
    'analytics_counts',
  ],
];

const FIRST_NAMES = [
  'Maria',
  'Anna',
  'Peter',
  'Thomas',
  'Michael',
  'Ursula',
  'Li',
  'Mehmet',
  'Zofia',
];
const PROVIDERS = ['gmail.com', 'gmx.de', 'web.example', 'mail.example'];

/**
 * Gives each parcel a recipient: a first name of nine common ones or of 3,000 others, one of 20,000
 * family names, and an address at one of four providers. One in 50,000 is Annabella Quist.
 */
export function recipientOf(n: number) {
  const drawn = (salt: number) => {
    const mixed = Math.imul(n ^ Math.imul(salt, 0x9e_37_79_b1), 0x85_eb_ca_6b);
    const again = Math.imul(mixed ^ (mixed >>> 13), 0xc2_b2_ae_35);
    return (again ^ (again >>> 16)) >>> 0;
  };
  const word = (of: number) => {
    const [a, b, c] = [of % 20, Math.floor(of / 20) % 20, Math.floor(of / 400) % 50];
    return `${'BCDFGHJKLMNPRSTVWZQX'[a]}${'aeiou'[b % 5]}${'lmnrstkdbg'[c % 10]}${'aeiou'[c % 5]}${'nrstl'[b % 5]}ow`;
  };
  const first =
    drawn(1) % 3 === 0 ? FIRST_NAMES[drawn(2) % FIRST_NAMES.length] : word(drawn(3) % 3_000);
  const [given, family] =
    n % 50_000 === 77 ? ['Annabella', 'Quist'] : [first ?? '', word(drawn(4) % 20_000)];
  const email = `${given}.${family}${n % 100}@${PROVIDERS[drawn(5) % PROVIDERS.length]}`;
  return { recipient: { name: `${given} ${family}`, email }, destination: null };
}

async function fillPeople(
  client: pg.Client,
  { merchantId, people }: { readonly merchantId: string; readonly people: PeopleHashes },
  count: number,
): Promise<void> {
  const tenant = { merchantId, mode: 'test' as const };
  const { rows } = await client.query<{ id: string; n: number }>(
    'select id, substr(tracking_number, 2)::int as n from shipments order by id',
  );
  await copy(client, 'shipment_people (shipment_id, merchant_id, mode, hashes)', count, (at) => {
    const { id, n } = rows[at] ?? { id: '', n: 0 };
    return `${id}\t${merchantId}\ttest\t{${people.of(tenant, recipientOf(n)).join()}}\n`;
  });
}

/**
 * Drops the indexes, because building one at the end costs a tenth of maintaining it row by row.
 * Returns the statements that build them.
 */
async function dropIndexes(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i
     where i.indrelid = any($1::text[]::regclass[]) and not i.indisunique`,
    [TABLES],
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return rows.map(({ definition }) => definition);
}

/** Waits until the hub has computed the sums. */
async function allCompared(client: pg.Client, say: (line: string) => void): Promise<void> {
  const began = performance.now();
  for (;;) {
    const { rows } = await client.query<{ left: number }>(
      `select count(*)::int as left from edd_promises
       where whose = 'ours' and at_hand_over and delivered_on is distinct from counted_on`,
    );
    if (rows[0]?.left === 0) break;
    await sleep(500);
  }
  say(`dates summed up in ${Math.round(performance.now() - began)} ms`);
}

/**
 * Inserts shipments, spread evenly over a year; the carrier of the first twentieth has had none
 * since. Nearly all that are older than three weeks are delivered; one in 500 has not moved since.
 * One in 1,000 is a rare carrier's, one in 10,000 has a rare tag, one in 10,000 goes to Liechtenstein.
 * A third is expected a day after the promised one.
 */
const SHIPMENTS = `
  insert into shipments (id, merchant_id, mode, shard, carrier, tracking_number, facts_from,
    order_ids, metadata, tags, status, sequence, created_at, updated_at, last_event_at,
    delivered_at, promised_date, due_on, destination_country, indexed)
  select uuidv7(made - now()), $1, 'test', n % 64,
    case when n < $4::int / 20 then 'gls' when n % 1000 = 7 then 'canada-post' when n % 10 < 4 then 'fedex' when n % 10 < 7 then 'ups'
      when n % 10 < 9 then 'dhl' else 'usps' end,
    'P' || lpad(n::text, 11, '0'), made, array['ORD-' || n],
    jsonb_build_object('reference', 'REF-' || n),
    case when n % 10000 = 3 then array['call-back'] when n % 10 = 3 then array['gift']
      else '{}'::text[] end,
    status, 5, made, seen, seen, case when status = 'delivered' then seen end,
    (made + interval '4 days')::date, (made + interval '3 days' + n % 3 * interval '1 day')::date,
    case when n % 10000 = 5 then 'LI' when n % 5 = 0 then 'AT' else 'DE' end, true
  from (
    select n, made, least(now(), made + interval '4 days') as seen,
      case when n % 500 = 11 then 'in_transit'
        when made < now() - interval '21 days' then
          case when n % 100 = 13 then 'returned_to_sender' else 'delivered' end
        when n % 200 = 19 then 'exception'
        when n % 3 = 0 then 'delivered' when n % 3 = 1 then 'in_transit' else 'created' end as status
    from (
      select n, now() - interval '${WEEKS} weeks'
        + n * (interval '${WEEKS} weeks' / $4::int) as made
      from generate_series($2::int, $3::int) as n) as dated) as parcel`;

/** Inserts three dates for each parcel, as shown at acceptance. */
const PROMISES = `
  insert into edd_promises (id, merchant_id, mode, shipment_id, whose, source, shown_at, stage,
    carrier, service_level, lane, date, delivered_on, at_hand_over)
  select gen_random_uuid(), merchant_id, mode, id, whose,
    case whose when 'ours' then 'model' else whose end, created_at, 'in_transit', carrier, 'ground',
    'US-9>US-1', delivered_at::date + (shard % 3 - 1), delivered_at::date, true
  from shipments, unnest(array['ours', 'carrier', 'promise']) as whose
  where merchant_id = $1 and delivered_at > now() - interval '${LEDGER_WEEKS} weeks'`;

/**
 * Inserts counts of a hundred lanes, and five carriers with three services each, over two years.
 */
const COUNTS = `
  with weeks as (
    select (date_trunc('week', now()) - n * interval '1 week')::date as week
    from generate_series(0, 103) as n),
  measures as (
    select unnest(array['registered', 'delivered', 'first_attempt', 'promised', 'on_time',
      'travelled', 'travel_days', 'returned', 'reason_address_not_found', 'reason_damaged',
      'transit_2', 'transit_3']) as measure),
  carriers as (select unnest(array['fedex', 'ups', 'dhl', 'usps', 'canada-post']) as carrier),
  services as (select unnest(array['ground', 'express', 'economy']) as service),
  lanes as (select 'US-' || n % 10 || '>US-' || n / 10 as lane from generate_series(0, 99) as n),
  kinds as (
    select 'all' as kind, '' as carrier, '' as service, '' as lane
    union all select 'carrier', carrier, '', '' from carriers
    union all select 'service', carrier, service, '' from carriers, services
    union all select 'lane', '', '', lane from lanes
    union all select 'carrier_lane', carrier, '', lane from carriers, lanes)
  insert into analytics_counts (merchant_id, mode, kind, carrier, week, service_level, lane, measure, n)
  select $1, 'test', kind, carrier, week, service, lane, measure, 20
  from kinds, weeks, measures where lane = '' or measure not like 'transit%'`;
