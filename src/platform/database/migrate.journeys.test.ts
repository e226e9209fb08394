import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { migrate, pendingMigrations, rollBack } from './migrate.ts';

let folder: string;
let database: TestDatabase;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-migrations-'));
  database = await createTestDatabase({ migrate: false });
});
afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

function add(name: string, sql: string): void {
  writeFileSync(path.join(folder, name), sql);
}

async function rowsOf(text: string): Promise<unknown[]> {
  const client = new pg.Client(database.url);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test('a failing migration leaves nothing behind, and its message names the line, not the whole text', async () => {
  add('0001_create_one.sql', 'create table one (id int)');
  add('0002_create_two.sql', `create table two (id int);\n-- ${'x'.repeat(5_000)}\nselect oops;`);
  const failure = await migrate(database.url, folder).catch((error: Error) => error);
  expect(String(failure)).toMatch(
    /could not be migrated: column "oops" does not exist in "select oops;"/,
  );
  expect(String(failure).length).toBeLessThan(300);
  expect(await rowsOf("select to_regclass('two') as two")).toEqual([{ two: null }]);
  expect(await pendingMigrations(database.url, folder)).toEqual(['0002_create_two.sql']);
});

test('migrations before a failing one stay applied: each has a transaction of its own', async () => {
  add('0001_create_one.sql', 'create table one (id int)');
  add('0002_create_two.sql', 'select oops');
  await expect(migrate(database.url, folder)).rejects.toThrow('oops');
  expect(await rowsOf("select to_regclass('one') is null as gone")).toEqual([{ gone: false }]);
  add('0002_create_two.sql', 'create table two (id int)');
  expect(await migrate(database.url, folder)).toEqual({ applied: ['0002_create_two.sql'] });
});

test('a killed migration that left knex’s lock marked does not block the next', async () => {
  add('0001_create_one.sql', 'create table one (id int)');
  await migrate(database.url, folder);
  await rowsOf('update knex_migrations_lock set is_locked = 1');
  add('0002_create_two.sql', 'create table two (id int)');
  expect(await migrate(database.url, folder)).toEqual({ applied: ['0002_create_two.sql'] });
});

test('of several that start at once one migrates and the others find nothing to do', async () => {
  add('0001_create_one.sql', 'create table one (id int); select pg_sleep(0.2)');
  const outcomes = await Promise.all([1, 2, 3].map(() => migrate(database.url, folder)));
  expect(outcomes.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 1]);
  expect(await rowsOf('select count(*)::int as n from knex_migrations')).toEqual([{ n: 1 }]);
});

test('a migration that a working hub deadlocks with is run again', async () => {
  add('0001_create_two.sql', 'create table a (id int); create table b (id int)');
  await migrate(database.url, folder);
  add(
    '0002_alter_two.sql',
    'alter table a add column n int; select pg_sleep(0.5); alter table b add column n int',
  );
  const hub = new pg.Client(database.url);
  await hub.connect();
  // So that PostgreSQL cancels the migration, not the hub.
  await hub.query(`set deadlock_timeout = '1min'; begin; lock b in access share mode`);
  const migrating = migrate(database.url, folder);
  const isAltering = `select from pg_locks where relation = 'a'::regclass and granted`;
  await expect.poll(() => rowsOf(isAltering), { interval: 10 }).toHaveLength(1);
  await hub.query('lock a in access share mode; commit');
  await hub.end();
  expect(await migrating).toEqual({ applied: ['0002_alter_two.sql'] });
});

test('question marks in a migration are not parameters', async () => {
  add('0001_create_one.sql', `create table one as select '{"a": 1}'::jsonb ? 'a' as has -- Why?`);
  await migrate(database.url, folder);
  expect(await rowsOf('select has from one')).toEqual([{ has: true }]);
});

test('the schema dump, tests and notes beside the migrations are not run', async () => {
  add('schema.sql', 'select oops');
  add('schema.test.ts', 'throw new Error("run")');
  add('0001_create_one.sql.orig', 'select oops');
  expect(await migrate(database.url, folder)).toEqual({ applied: [] });
});

test('the latest migration can be undone if it says how', async () => {
  add('0001_create_one.sql', 'create table one (id int)');
  add('0002_create_two.sql', 'create table two (id int);\n-- down\ndrop table two;');
  await migrate(database.url, folder);
  expect(await rollBack(database.url, folder)).toEqual({ applied: ['0002_create_two.sql'] });
  expect(await rowsOf("select to_regclass('two') as two")).toEqual([{ two: null }]);
  await expect(rollBack(database.url, folder)).rejects.toThrow(
    '0001_create_one.sql cannot be undone: it has no "-- down"',
  );
  expect(await rowsOf("select to_regclass('one') is null as gone")).toEqual([{ gone: false }]);
});

describe('a migration without a transaction', () => {
  const build = '-- no transaction\ncreate index concurrently if not exists one_id on one (id)';

  beforeEach(() => {
    add('0001_create_one.sql', 'create table one (id int)');
    add('0002_index_one.sql', build);
    add('0003_create_three.sql', 'create table three (id int)');
  });

  test('builds its index beside the others', async () => {
    const names = ['0001_create_one.sql', '0002_index_one.sql', '0003_create_three.sql'];
    expect(await migrate(database.url, folder)).toEqual({ applied: names });
    expect(await migrate(database.url, folder)).toEqual({ applied: [] });
    expect(
      await rowsOf("select indisvalid from pg_index where indexrelid = 'one_id'::regclass"),
    ).toEqual([{ indisvalid: true }]);
  });

  test('runs again after a kill before it was recorded', async () => {
    await migrate(database.url, folder);
    await rowsOf("delete from knex_migrations where name > '0002'");
    await rowsOf('drop table three');
    expect((await migrate(database.url, folder)).applied).toHaveLength(2);
  });

  describe('whose process was killed during the build', () => {
    const isValid = "select indisvalid from pg_index where indexrelid = 'one_id'::regclass";
    let writer: pg.Client;
    let killed: Promise<unknown>;

    beforeEach(async () => {
      const former = { connectionString: database.url, application_name: 'waybill migrating' };
      const builder = new pg.Client(former);
      builder.on('error', () => {});
      writer = new pg.Client(database.url);
      await Promise.all([builder.connect(), writer.connect()]);
      await writer.query('create table one (id int)');
      // The build waits for the end of this transaction.
      await writer.query('begin; insert into one values (1)');
      killed = builder.query('create index concurrently one_id on one (id)').catch(String);
      const waiting = `select from pg_locks where not granted and pid in
        (select pid from pg_stat_activity where application_name = 'waybill migrating')`;
      await expect.poll(() => rowsOf(waiting)).toHaveLength(1);
      add('0001_create_one.sql', 'create table if not exists one (id int)');
    });
    afterEach(() => writer.end());

    test('builds the index anew if it was left unfinished', async () => {
      await rowsOf(`select pg_terminate_backend(pid, 10000) from pg_stat_activity
        where application_name = 'waybill migrating'`);
      expect(await rowsOf(isValid)).toEqual([{ indisvalid: false }]);
      await writer.query('commit');
      await migrate(database.url, folder);
      expect(await rowsOf(isValid)).toEqual([{ indisvalid: true }]);
    });

    test('ends the former build, which PostgreSQL would continue', async () => {
      const migrating = migrate(database.url, folder);
      expect(await killed).toContain('terminating connection');
      await writer.query('commit');
      expect((await migrating).applied).toHaveLength(3);
      expect(await rowsOf(isValid)).toEqual([{ indisvalid: true }]);
    });
  });

  test('builds its index while other processes wait to migrate', async () => {
    add('0001_create_one.sql', 'create table one (id int); select pg_sleep(0.3)');
    const outcomes = await Promise.all([1, 2, 3].map(() => migrate(database.url, folder)));
    expect(outcomes.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 3]);
  });
});

describe('a database that this version does not know', () => {
  beforeEach(async () => {
    add('0001_baseline.sql', 'create table one (id int)');
    await migrate(database.url, folder);
  });

  test('is rejected if it is from before 0.1.0, with what to do instead', async () => {
    await rowsOf(`update knex_migrations set name = '0226_add_names.ts'`);
    for (const work of [migrate, rollBack, pendingMigrations]) {
      const failure = await work(database.url, folder).catch((error: Error) => error);
      expect(String(failure)).toMatch(
        /before 0\.1\.0 \(its latest migration is 0226_add_names\.ts\); this version begins with 0001_baseline\.sql .* empty database: .*DATABASE_URL.* WAYBILL_DATA.* docs\/upgrading\.md .* Nothing was changed\./,
      );
    }
  });

  test('is refused if it is newer', async () => {
    add('0002_create_two.sql', 'create table two (id int)');
    await migrate(database.url, folder);
    rmSync(path.join(folder, '0002_create_two.sql'));
    await expect(migrate(database.url, folder)).rejects.toThrow(
      'newer than this version of Waybill: it has run 0002_create_two.sql, and the latest migration of this version is 0001_baseline.sql.',
    );
  });
});
