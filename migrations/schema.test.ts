import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MIGRATIONS_FOLDER, migrate, migrationNames } from '../src/platform/database/migrate.ts';
import { dumpSchema } from '../src/platform/database/schema-dump.ts';
import { createTestDatabase, type TestDatabase } from '../src/platform/test-postgres.ts';

let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.url);
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await database.drop();
});

test('schema.sql is the result of the migrations; `npm run generate` rewrites it', async () => {
  const file = path.join(MIGRATIONS_FOLDER, 'schema.sql');
  const committed = existsSync(file) ? readFileSync(file, 'utf8') : '';
  expect(await dumpSchema(client)).toBe(committed);
});

test('every table has forced row-level security', async () => {
  const { rows } = await client.query(
    `select relname from pg_class where relnamespace = 'public'::regnamespace
       and relkind in ('r', 'p') and relname !~ '^knex_' and not (relrowsecurity and relforcerowsecurity)`,
  );
  expect(rows).toEqual([]);
});

test('a second database on a server gets the same schema, although its roles exist', async () => {
  const other = await createTestDatabase({ migrate: false });
  await migrate(other.url);
  const theirs = new pg.Client(other.url);
  await theirs.connect();
  expect(await dumpSchema(theirs)).toBe(await dumpSchema(client));
  await theirs.end();
  await other.drop();
});

/** Tables that are written all the time and grow without limit. */
const BIG = ['inbound_messages', 'shipments', 'facts', 'observations', 'snapshots', 'event_log'];

/** Big tables that a migration after the baseline reads while it holds locks on them. */
async function bigTablesRead(folder: string): Promise<unknown[]> {
  const [baseline = '', ...later] = migrationNames(folder);
  const before = await createTestDatabase({ migrate: false });
  const client = new pg.Client(before.url);
  await client.connect();
  // In a session of its own: the statistics below count all that a session has read.
  const first = new pg.Client(before.url);
  await first.connect();
  await first.query(readFileSync(path.join(folder, baseline), 'utf8'));
  await first.end();
  await client.query('begin');
  for (const name of later) {
    const text = readFileSync(path.join(folder, name), 'utf8');
    const [up = ''] = text.split(/^-- down$/m);
    if (!text.startsWith('-- no transaction\n')) await client.query(up);
  }
  const { rows } = await client.query(
    `select relname from pg_stat_xact_user_tables
     where relname = any($1) and seq_scan + coalesce(idx_scan, 0) > 0`,
    [BIG],
  );
  await client.end();
  await before.drop();
  return rows.map(({ relname }) => relname);
}

test('no migration reads through big tables in its transaction, which would block the hub', async () => {
  expect(await bigTablesRead(MIGRATIONS_FOLDER)).toEqual([]);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-migrations-'));
  copyFileSync(
    path.join(MIGRATIONS_FOLDER, '0001_baseline.sql'),
    path.join(folder, '0001_baseline.sql'),
  );
  writeFileSync(path.join(folder, '0002_fill_facts.sql'), `update facts set hidden = false`);
  expect(await bigTablesRead(folder)).toEqual(['facts']);
  rmSync(folder, { recursive: true });
});

/** Two parcels. */
const PARCELS_SQL = `
  with m as (insert into merchants (id, slug, name) values (gen_random_uuid(), 'm', 'm') returning id)
  insert into shipments (id, merchant_id, mode, shard, carrier, tracking_number, facts_from,
                         created_at, updated_at, tags, order_ids, metadata)
  select gen_random_uuid(), id, 'live', 0, 'acme', nr, now(), now(), now(), '{Red}', '{A 1}',
         '{"reference": "PO 1", "n": 5.0, "gift": true}'
  from m, unnest(array['1', '2']) as nr`;

test('shipments inserted together get the same search terms as those updated one by one', async () => {
  await client.query(PARCELS_SQL);
  const terms = async () => {
    const { rows } = await client.query<{ term: string; many: number }>(
      'select term, count(*)::int as many from shipment_terms group by 1 order by 1',
    );
    return rows;
  };
  const inserted = await terms();
  await client.query(`update shipments set tags = '{}'`);
  expect(await terms()).not.toEqual(inserted);
  await client.query(`update shipments set tags = '{Red}'`);
  expect(await terms()).toEqual(inserted);
  const texts = inserted.filter(({ term }) => !term.startsWith('='));
  expect(texts).toEqual([
    // The number 1, and a word of the order and the reference of both.
    { term: ':1', many: 2 },
    { term: ':2', many: 1 },
    { term: ':a 1', many: 2 },
    { term: ':po 1', many: 2 },
    { term: ':red', many: 2 },
    { term: '<1', many: 1 },
    { term: '<2', many: 1 },
  ]);
  const wanted = await client.query(
    `select waybill_exact_term('tag', 'Red') as term union all
     select waybill_exact_term('order', 'A 1') union all
     select waybill_exact_term('carrier', 'acme') union all
     select waybill_metadata_terms('{"n": 5, "gift": true}')`,
  );
  const known = new Map(inserted.map(({ term, many }) => [term, many]));
  expect(wanted.rows.map(({ term }) => known.get(term))).toEqual([2, 2, 2, 2, 2]);
});

test('the hashes of an earlier version go with the people whose they are', async () => {
  await client.query(PARCELS_SQL);
  const hashes = async () => {
    const { rows } = await client.query('select people_hashes from shipments order by 1');
    return rows.map(({ people_hashes }) => people_hashes);
  };
  await client.query(`update shipments set personal = '\\x01', people_hashes = '{a}'`);
  await client.query(`update shipments set personal = '\\x01', status = 'created'`);
  expect(await hashes()).toEqual([['a'], ['a']]);
  // As the earlier version does, which knows both.
  await client.query(`update shipments set personal = '\\x02', people_hashes = '{b}'`);
  expect(await hashes()).toEqual([['b'], ['b']]);
  await client.query('update shipments set personal = null');
  expect(await hashes()).toEqual([null, null]);
});
