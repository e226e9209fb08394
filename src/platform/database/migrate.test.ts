import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

function add(name: string, up: string, down = 'select 1'): void {
  const step = (verb: string, sql: string): string =>
    `export async function ${verb}(knex) { await knex.raw(${JSON.stringify(sql)}); }\n`;
  writeFileSync(path.join(folder, name), step('up', up) + step('down', down));
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

test('a failing migration leaves nothing of the batch, and its message names the place, not the whole text', async () => {
  add('0001_create_one.ts', 'create table one (id int)');
  add('0002_create_two.ts', `create table two (id int);\n-- ${'x'.repeat(5_000)}\nselect oops;`);
  const failure = await migrate(database.url, folder).catch((error: Error) => error);
  expect(String(failure)).toMatch(
    /could not be migrated: column "oops" does not exist in "select oops;"/,
  );
  expect(String(failure).length).toBeLessThan(300);
  expect(await rowsOf("select to_regclass('one') as one")).toEqual([{ one: null }]);
  expect(await pendingMigrations(database.url, folder)).toHaveLength(2);
});

test('a mark that a killed migration has left in knex’s lock is no obstacle', async () => {
  add('0001_create_one.ts', 'create table one (id int)');
  await migrate(database.url, folder);
  await rowsOf('update knex_migrations_lock set is_locked = 1');
  add('0002_create_two.ts', 'create table two (id int)');
  expect(await migrate(database.url, folder)).toEqual({ applied: ['0002_create_two.ts'] });
});

test('of several that start at once one migrates and the others find nothing to do', async () => {
  add('0001_create_one.ts', 'create table one (id int); select pg_sleep(0.2)');
  const outcomes = await Promise.all([1, 2, 3].map(() => migrate(database.url, folder)));
  expect(outcomes.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 1]);
  expect(await rowsOf('select count(*)::int as n from knex_migrations')).toEqual([{ n: 1 }]);
});

test('a file that exports no up and down is refused by name', async () => {
  writeFileSync(path.join(folder, '0001_create_nothing.ts'), 'export const x = 1;\n');
  await expect(migrate(database.url, folder)).rejects.toThrow('0001_create_nothing.ts');
});

test('tests, dumps and notes beside the migrations are not run', async () => {
  writeFileSync(path.join(folder, 'schema.sql'), 'select oops');
  writeFileSync(path.join(folder, 'schema.test.ts'), 'throw new Error("run")');
  writeFileSync(path.join(folder, '0001_create_one.test.ts'), 'throw new Error("run")');
  expect(await migrate(database.url, folder)).toEqual({ applied: [] });
});

test('the latest batch can be undone', async () => {
  add('0001_create_one.ts', 'create table one (id int)', 'drop table one');
  await migrate(database.url, folder);
  expect(await rollBack(database.url, folder)).toEqual({ applied: ['0001_create_one.ts'] });
  expect(await rowsOf("select to_regclass('one') as one")).toEqual([{ one: null }]);
});

describe('a migration outside of transactions', () => {
  const alone = (name: string, up: string) => {
    add(name, up);
    appendFileSync(path.join(folder, name), 'export const config = { transaction: false };\n');
  };
  const build = 'create index concurrently if not exists two_id on one (id)';

  beforeEach(() => {
    add('0001_create_one.ts', 'create table one (id int)', 'drop table one');
    alone('0002_index_one.ts', build);
    add('0003_create_three.ts', 'create table three (id int)', 'drop table three');
  });

  test('is a step of its own; all steps of a call are undone together', async () => {
    const names = ['0001_create_one.ts', '0002_index_one.ts', '0003_create_three.ts'];
    expect(await migrate(database.url, folder)).toEqual({ applied: names });
    expect(await migrate(database.url, folder)).toEqual({ applied: [] });
    expect((await rollBack(database.url, folder)).applied).toEqual(names.reverse());
    expect(await rowsOf("select to_regclass('one') as one")).toEqual([{ one: null }]);
  });

  test('that fails keeps what came before it', async () => {
    alone('0002_index_one.ts', 'create index concurrently on one (oops)');
    await expect(migrate(database.url, folder)).rejects.toThrow('column "oops" does not exist');
    expect(await pendingMigrations(database.url, folder)).toHaveLength(2);
    expect(await rowsOf("select to_regclass('one') is null as gone")).toEqual([{ gone: false }]);
  });

  test('that was cut off before it was noted is run again', async () => {
    await migrate(database.url, folder);
    await rowsOf("delete from knex_migrations where name > '0002'");
    await rowsOf('drop table three');
    expect((await migrate(database.url, folder)).applied).toHaveLength(2);
  });

  test('builds its index while others wait to migrate', async () => {
    add('0001_create_one.ts', 'create table one (id int); select pg_sleep(0.3)');
    const outcomes = await Promise.all([1, 2, 3].map(() => migrate(database.url, folder)));
    expect(outcomes.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 3]);
  });
});
