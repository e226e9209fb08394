import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { expect, test, vi } from 'vitest';
import {
  MIGRATIONS_FOLDER,
  migrate,
  migrationFiles,
  pendingMigrations,
  rollBack,
} from '../src/platform/database/migrate.ts';
import { dumpSchema } from '../src/platform/database/schema-dump.ts';
import { createTestDatabase } from '../src/platform/test-postgres.ts';

async function dumpOf(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await dumpSchema(client);
  } finally {
    await client.end();
  }
}

test('schema.sql is what the migrations make; `npx tsx tools/dump-schema.ts` writes it anew', async () => {
  const database = await createTestDatabase();
  const file = path.join(MIGRATIONS_FOLDER, 'schema.sql');
  const committed = existsSync(file) ? readFileSync(file, 'utf8') : '';
  expect(await dumpOf(database.url)).toBe(committed);
  await database.drop();
});

/** Tables that receipts are taken into without a pause, and that grow without end. */
const BIG = ['receipts', 'shipments', 'facts', 'sightings', 'snapshots', 'event_log'];

test('no migration that locks big tables for its transaction reads through them', async () => {
  const database = await createTestDatabase({ migrate: false });
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-migrations-'));
  const files = migrationFiles(MIGRATIONS_FOLDER);
  const names = [...files.keys()];
  const fileOf = (name: string) => files.get(name) ?? '';
  const first = names.filter((name) => name < '0008');
  for (const name of first) {
    copyFileSync(fileOf(name), path.join(folder, name));
  }
  await migrate(database.url, folder);
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query('begin');
  for (const name of names.filter((each) => !first.includes(each)).sort()) {
    const migration = await import(fileOf(name));
    if (migration.config?.transaction === false) continue;
    await migration.up({ raw: (text: string) => client.query(text) });
  }
  const { rows } = await client.query(
    `select relname, seq_scan, idx_scan from pg_stat_xact_user_tables
     where relname = any($1) and seq_scan + coalesce(idx_scan, 0) > 0`,
    [BIG],
  );
  expect(rows).toEqual([]);
  await client.query('rollback');
  await client.end();
  await database.drop();
  rmSync(folder, { recursive: true });
});

/** Two parcels, of which one carried a code that is reviewed. */
const UNKNOWN_CODE_SQL = `
  with m as (insert into merchants (id, slug, name) values (gen_random_uuid(), 'm', 'm') returning id),
  s as (
    insert into shipments (id, merchant_id, mode, shard, carrier, tracking_number, facts_from,
                           created_at, updated_at)
    select gen_random_uuid(), id, 'live', 0, 'acme', nr, now(), now(), now()
    from m, unnest(array['1', '2']) as nr returning id, merchant_id, tracking_number)
  insert into facts (shipment_id, identity, merchant_id, mode, source, code, codes, summary, status,
                     logical, hidden, known, reviewed, correction, return_cancelled,
                     mapping_version, created_at)
  select id, 'one', merchant_id, 'live', 'carrier', 'ZZ', '{"event":"ZZ"}', false, 'none', false,
         false, tracking_number <> '1', true, false, false, '', now()
  from s;
  insert into review_entries (carrier, codes_key, codes, seen_count, first_seen_at, last_seen_at)
  values ('acme', 'event=ZZ', '{"event":"ZZ"}', 1, now(), now())`;

test('parcels of unknown codes and indexes of big tables are made good, again after a cut', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query(UNKNOWN_CODE_SQL);
  await client.query(
    "update pg_index set indisvalid = false where indexrelid = 'receipts_dead_open'::regclass",
  );
  for (const _ of [1, 2]) {
    await client.query("delete from knex_migrations where name ~ '^001[45]'");
    expect((await migrate(database.url)).applied).toHaveLength(2);
    const { rows } = await client.query(
      `select (select array_agg(codes_key) from review_parcels) as parcels,
              (select bool_and(indisvalid) from pg_index) as valid`,
    );
    expect(rows).toEqual([{ parcels: ['event=ZZ'], valid: true }]);
  }
  await client.end();
  await database.drop();
});

test('webhooks that were cancelled before are found as such after', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query(
    `insert into webhook_deliveries (id, endpoint_id, merchant_id, mode, subject_id, event_id, type,
       sequence, body, state, recorded_at, asked_at)
     select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'live', gen_random_uuid(),
       gen_random_uuid(), 'shipment.expired', 1, '', state, now(), now()
     from generate_series(1, 2500), unnest(array['cancelled', 'delivered']) as state`,
  );
  await client.query("delete from knex_migrations where name ~ '^0035'");
  expect((await migrate(database.url)).applied).toHaveLength(1);
  const { rows } = await client.query(
    `select state, count(*)::int as many from webhook_deliveries where is_cancelled group by state`,
  );
  expect(rows).toEqual([{ state: 'cancelled', many: 2_500 }]);
  await client.end();
  await database.drop();
});

test('shipments that were there before they could be searched are found after, again after a cut', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query(UNKNOWN_CODE_SQL);
  await client.query(`update shipments set tags = '{Red}', metadata = '{"reference": "PO 1"}'`);
  for (const left of ['1', '2']) {
    await client.query(
      'delete from shipment_terms t using shipments s where s.id = t.shipment_id and tracking_number >= $1',
      [left],
    );
    await client.query("delete from knex_migrations where name ~ '^0137'");
    expect((await migrate(database.url)).applied).toHaveLength(1);
    const { rows } = await client.query(
      `select term, count(*)::int as many from shipment_terms
       where term not like '=%' group by 1 order by 1`,
    );
    expect(rows).toEqual([
      { term: ':1', many: 1 },
      { term: ':2', many: 1 },
      { term: ':po 1', many: 2 },
      { term: ':red', many: 2 },
    ]);
  }
  await client.end();
  await database.drop();
});

test('what is searched for is filled beside a hub that holds parcels in another order', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client(database.url);
  const hub = new pg.Client(database.url);
  await Promise.all([client.connect(), hub.connect()]);
  await client.query(UNKNOWN_CODE_SQL);
  await client.query("delete from knex_migrations where name ~ '^0137'");
  const { rows } = await client.query<{ id: string }>('select id from shipments order by id desc');
  const [last, first] = rows.map(({ id }) => id);
  const touch = 'update shipments set updated_at = updated_at where id = $1';
  await hub.query('begin');
  await hub.query(touch, [last]);
  const migrating = migrate(database.url);
  await vi.waitFor(async () => expect(await fillWaits(client)).toBe(true), { timeout: 60_000 });
  // It holds the first by now, and waits for the last: one of both has to give way, and it is never the hub.
  await hub.query(touch, [first]);
  await hub.query('commit');
  expect((await migrating).applied).toHaveLength(1);
  await Promise.all([client.end(), hub.end()]);
  await database.drop();
});

test('lists are filled beside a hub that holds a parcel, and orders are asked anew only after', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client(database.url);
  const [hub, another] = [new pg.Client(database.url), new pg.Client(database.url)];
  await Promise.all([client.connect(), hub.connect(), another.connect()]);
  await client.query(UNKNOWN_CODE_SQL);
  await client.query(`delete from shipment_terms where term like '=%';
    delete from knex_migrations where name ~ '^0154';
    create or replace function public_order_parcels(wanted text)
      returns table (merchant_id uuid, merchant_slug text, order_lookup text,
                     carrier text, tracking_number text, personal bytea, data_key bytea)
      language sql stable security definer set search_path = pg_catalog, public
      as 'select m.id, m.slug, m.order_lookup, wanted, wanted, null::bytea, null::bytea
          from merchants m /* older */'`);
  const isOlder = async () => {
    const { rows } = await client.query<{ is: boolean }>(
      `select prosrc like '%older%' as is from pg_proc where proname = 'public_order_parcels'`,
    );
    return rows[0]?.is;
  };
  const { rows } = await client.query<{ id: string }>('select id from shipments order by id');
  const [first, second] = rows.map(({ id }) => id);
  await hub.query('begin');
  await hub.query('update shipments set updated_at = updated_at where id = $1', [first]);
  await another.query('begin');
  await another.query('select from shipments where id = $1 for update', [second]);
  const migrating = migrate(database.url);
  const isWaiting = () => fillWaits(client);
  // The first lock in the way is the trigger's, which the hub's write holds, too.
  await vi.waitFor(async () => expect(await triggerWaits(client)).toBe(true), { timeout: 60_000 });
  await hub.query('commit');
  await vi.waitFor(async () => expect(await isWaiting()).toBe(true), { timeout: 60_000 });
  expect(await isOlder()).toBe(true);
  // It has given way by then, and comes again.
  await vi.waitFor(async () => expect(await isWaiting()).toBe(false), { timeout: 60_000 });
  await another.query('commit');
  expect((await migrating).applied).toHaveLength(1);
  expect(await isOlder()).toBe(false);
  await Promise.all([client.end(), hub.end(), another.end()]);
  await database.drop();
});

test('a parcel that was being written while carriers became terms is found by its own, too', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client(database.url);
  const hub = new pg.Client(database.url);
  await Promise.all([client.connect(), hub.connect()]);
  const { rows } = await client.query<{ is: string }>(
    `select pg_get_functiondef('waybill_shipment_terms'::regproc) as is`,
  );
  const older = rows[0]?.is.replace(
    /union all\s+select distinct waybill_exact_term\('carrier'[^$]*/,
    '',
  );
  expect(older).not.toContain('carrier');
  await client.query(`${older}; delete from knex_migrations where name ~ '^0172'`);
  await hub.query(`begin; ${UNKNOWN_CODE_SQL}`);
  const migrating = migrate(database.url);
  await vi.waitFor(async () => expect(await waits(client, 'lock table shipments')).toBe(true), {
    timeout: 60_000,
  });
  await hub.query('commit');
  expect((await migrating).applied).toHaveLength(1);
  const found = await client.query(
    `select from shipment_terms where term = waybill_exact_term('carrier', 'acme')`,
  );
  expect(found.rowCount).toBe(2);
  await Promise.all([client.end(), hub.end()]);
  await database.drop();
});

const fillWaits = (client: pg.Client) => waits(client, 'with held as');
const triggerWaits = (client: pg.Client) => waits(client, 'trigger shipments_indexed_anew');

/** Whether a statement with these words waits for a lock. */
async function waits(client: pg.Client, words: string): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_stat_activity where datname = current_database()
       and wait_event_type = 'Lock' and position($1 in query) > 0`,
    [words],
  );
  return rows.length > 0;
}

test('shipments that were there before lists looked them up are found after', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query(UNKNOWN_CODE_SQL);
  await client.query(
    `update shipments set tags = '{Red}', order_ids = '{A 1}', metadata = '{"n": 5.0, "gift": true}'`,
  );
  const terms = async () => {
    const { rows } = await client.query<{ term: string; many: number }>(
      'select term, count(*)::int as many from shipment_terms group by 1 order by 1',
    );
    return rows;
  };
  const before = await terms();
  await client.query("delete from shipment_terms where term like '=%'");
  // What 0154 makes terms with, 0172 makes anew: carriers, too, are looked up.
  await client.query("delete from knex_migrations where name ~ '^(0154|0172)'");
  expect((await migrate(database.url)).applied).toHaveLength(2);
  expect(await terms()).toEqual(before);
  const wanted = await client.query(
    `select waybill_exact_term('tag', 'Red') as term union all
     select waybill_exact_term('order', 'A 1') union all
     select waybill_metadata_terms('{"n": 5, "gift": true}')`,
  );
  const known = new Map(before.map(({ term, many }) => [term, many]));
  expect(wanted.rows.map(({ term }) => known.get(term))).toEqual([2, 2, 2, 2]);
  await client.end();
  await database.drop();
});

test('foreign keys to merchants go beside a hub that holds merchants and wants what refers to them', async () => {
  const database = await createTestDatabase();
  const hub = new pg.Client(database.url);
  await hub.connect();
  const keys = await import('./0140-0159/0151_check_merchants_once.ts');
  await keys.down({ raw: (text: string) => hub.query(text) } as never);
  await hub.query("delete from knex_migrations where name ~ '^0151'");
  await hub.query('begin; select from merchants');
  const migrating = migrate(database.url);
  const watcher = new pg.Client(database.url);
  await watcher.connect();
  const waiting = `select from pg_locks where not granted and relation = 'merchants'::regclass
    and database = (select oid from pg_database where datname = current_database())`;
  await expect.poll(async () => (await watcher.query(waiting)).rowCount).toBe(1);
  for (const table of ['poll_targets', 'notifications', 'edd_predictions']) {
    await hub.query(`select from ${table}`);
  }
  await hub.query('commit');
  expect((await migrating).applied).toEqual(['0151_check_merchants_once.ts']);
  const { rowCount } = await hub.query(
    `select from pg_constraint where conname ~ '^(edd_predictions|notifications|poll_targets)_merchant_id_fkey'`,
  );
  expect(rowCount).toBe(0);
  await watcher.end();
  await hub.end();
  await database.drop();
});

/** A case with a claim, of a parcel of `UNKNOWN_CODE_SQL`. */
const CLAIM_SQL = `
  with s as (select id, merchant_id, mode, carrier from shipments limit 1),
  c as (
    insert into exception_cases (id, merchant_id, mode, shipment_id, kind, opened_by, trigger, opened_at,
                                 updated_at, carrier, lane)
    select gen_random_uuid(), merchant_id, mode, id, 'other', 'facts', 'x', now(), now(), carrier, 'x' from s
    returning id, merchant_id, mode, shipment_id, carrier)
  insert into claims (id, case_id, merchant_id, mode, shipment_id, carrier, reason, created_at,
                      updated_at, submit_by)
  select gen_random_uuid(), id, merchant_id, mode, shipment_id, carrier, 'damaged', now(), now(), now()
  from c`;
const SAME_CLAIM = `
  insert into claims (id, case_id, merchant_id, mode, shipment_id, carrier, reason, created_at,
                      updated_at, submit_by)
  select id, case_id, merchant_id, mode, shipment_id, carrier, reason, now(), now(), now() from claims`;

test('cases get keys with their parcel beside a hub of before that holds one, again after a cut', async () => {
  const database = await createTestDatabase();
  const hub = new pg.Client(database.url);
  const watcher = new pg.Client(database.url);
  await Promise.all([hub.connect(), watcher.connect()]);
  await hub.query(UNKNOWN_CODE_SQL);
  await hub.query(CLAIM_SQL);
  const keys = await import('./0160-0179/0175_key_cases_by_parcel.ts');
  const full = await dumpOf(database.url);
  await keys.down({ raw: (text: string) => hub.query(text) } as never);
  // What a build that was cut off leaves behind.
  await hub.query(`create unique index exception_cases_key on exception_cases (id, shipment_id);
    update pg_index set indisvalid = false where indexrelid = 'exception_cases_key'::regclass;
    delete from knex_migrations where name ~ '^0175'`);
  await hub.query('begin; select from claims');
  const migrating = migrate(database.url);
  const waiting = `select from pg_locks where not granted and relation = 'claims'::regclass
    and database = (select oid from pg_database where datname = current_database())`;
  await expect.poll(async () => (await watcher.query(waiting)).rowCount).toBe(1);
  await hub.query(
    `${SAME_CLAIM} on conflict (id) do update set updated_at = excluded.updated_at; commit`,
  );
  expect((await migrating).applied).toEqual(['0175_key_cases_by_parcel.ts']);
  expect(await dumpOf(database.url)).toBe(full);
  for (const key of ['(id)', '(id, shipment_id)']) {
    const again = `${SAME_CLAIM} on conflict ${key} do update set updated_at = excluded.updated_at`;
    expect((await hub.query(again)).rowCount).toBe(1);
  }
  await Promise.all([hub.end(), watcher.end()]);
  await database.drop();
});

const TOGETHER = '^(0176|0177|0178)';

test('triggers, names of dry runs, codes and languages come again after a cut', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client(database.url);
  await client.connect();
  const full = await dumpOf(database.url);
  const cut = async () => client.query('delete from knex_migrations where name ~ $1', [TOGETHER]);
  expect((await cut()).rowCount).toBe(3);
  expect((await migrate(database.url)).applied).toHaveLength(3);
  expect(await dumpOf(database.url)).toBe(full);
  await client.end();
  await database.drop();
});

test('names of dry runs, codes and languages wait for a hub without holding what others want', async () => {
  const database = await createTestDatabase();
  const hub = new pg.Client(database.url);
  const other = new pg.Client(database.url);
  const watcher = new pg.Client(database.url);
  await Promise.all([hub.connect(), other.connect(), watcher.connect()]);
  const full = await dumpOf(database.url);
  // 0195 comes after them and adds columns to the same table.
  const modules = [
    await import('./0180-0199/0195_verify_addresses.ts'),
    await import('./0160-0179/0178_note_codes_and_languages.ts'),
    await import('./0160-0179/0177_note_rehearsed_numbers.ts'),
  ];
  for (const { down } of modules) {
    await down({ raw: (text: string) => hub.query(text) } as never);
  }
  await hub.query("delete from knex_migrations where name ~ '^(0177|0178|0195)'");
  const waitsFor = async (table: string) => {
    const { rowCount } = await watcher.query(
      `select from pg_locks where not granted and relation = $1::regclass
       and database = (select oid from pg_database where datname = current_database())`,
      [table],
    );
    return rowCount === 1;
  };
  await hub.query('begin; lock table shipment_imports in row exclusive mode');
  await other.query('begin; lock table users in row exclusive mode');
  const migrating = migrate(database.url);
  await expect.poll(() => waitsFor('shipment_imports'), { timeout: 10_000 }).toBe(true);
  // It gives way, and comes again.
  await expect.poll(() => waitsFor('shipment_imports'), { timeout: 10_000 }).toBe(false);
  await expect.poll(() => waitsFor('shipment_imports'), { timeout: 10_000 }).toBe(true);
  await hub.query('commit');
  await expect.poll(() => waitsFor('users'), { timeout: 10_000 }).toBe(true);
  await hub.query('begin; lock table shipment_imports, subscriptions in row exclusive mode nowait');
  await hub.query('commit');
  await other.query('commit');
  expect((await migrating).applied).toHaveLength(3);
  expect(await dumpOf(database.url)).toBe(full);
  await Promise.all([hub.end(), other.end(), watcher.end()]);
  await database.drop();
});

test('what the migrations make they can also undo, and make again', async () => {
  const database = await createTestDatabase({ migrate: false });
  const empty = await dumpOf(database.url);
  await migrate(database.url);
  const full = await dumpOf(database.url);
  await rollBack(database.url);
  expect(await dumpOf(database.url)).toBe(empty);
  await migrate(database.url);
  expect(await dumpOf(database.url)).toBe(full);
  expect(await pendingMigrations(database.url)).toEqual([]);
  await database.drop();
});

test('only members who set their password by a mailed link, or came by a provider, are verified later', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client(database.url);
  await client.connect();
  const id = (nr: number) => `019c0000-0000-7000-8000-00000000000${nr}`;
  const { up } = await import('./0180-0199/0195_verify_addresses.ts');
  await client.query(`insert into merchants (id, slug, name) values ('${id(9)}', 'shop', 'Shop')`);
  await client.query('set role waybill_pipeline');
  for (const [nr, password] of [
    [1, 'scrypt'],
    [2, 'scrypt'],
    [3, 'none$x'],
    [4, 'scrypt'],
  ] as const) {
    await client.query(
      `insert into users (id, mail_hash, personal, password, created_at)
       values ($1, $2, '', $3, now())`,
      [id(nr), Buffer.from([nr]), password],
    );
  }
  await client.query(
    `insert into identity_providers (id, merchant_id, name, issuer, created_at, changed_at)
       values ('${id(8)}', '${id(9)}', 'Company', 'https://login.example', now(), now());
     insert into memberships (user_id, merchant_id, role, created_at)
       values ('${id(3)}', '${id(9)}', 'owner', now());
     insert into member_identities (provider_id, subject_hash, user_id, merchant_id, created_at)
       values ('${id(8)}', 'x', '${id(3)}', '${id(9)}', now());`,
  );
  // The sign-in of the fourth is on record, but a stranger's second step may have stopped it.
  for (const [nr, action, subject] of [
    [1, 'changeDeskPassword', 'by a mailed link'],
    [2, 'changeDeskPassword', null],
    [4, 'signInByDeskLink', null],
  ] as const) {
    await client.query(
      `insert into member_actions (id, merchant_id, mode, actor, actor_id, action, subject, happened_at)
       values (gen_random_uuid(), $1, 'test', 'user', $2, $3, $4, now())`,
      [id(9), id(nr), action, subject],
    );
  }
  await client.query('reset role');
  await up({ raw: (text: string) => client.query(text) } as never);
  await client.query('set role waybill_pipeline');
  const { rows } = await client.query('select verified_by from users order by id');
  expect(rows.map(({ verified_by }) => verified_by)).toEqual(['mail', null, 'provider', null]);
  await client.end();
  await database.drop();
});
