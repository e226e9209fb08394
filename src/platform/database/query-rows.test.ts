import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { openPool, poolConfig } from './pool.ts';
import {
  queryAny,
  queryColumn,
  queryCount,
  queryRow,
  queryRows,
  queryValue,
} from './query-rows.ts';

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase({ migrate: false });
  pool = openPool(poolConfig(database.url, 'owner'), () => {});
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

test('columns become camelCase members, and instants milliseconds', async () => {
  const text = `select 'a' as first_name, timestamptz '2026-03-01 12:00:00.123456+01' as created_at,
    array[timestamptz '1970-01-01 00:00:01+00'] as last_seen, null::timestamptz as ended_at`;
  expect(await queryRows(pool, text)).toEqual([
    {
      firstName: 'a',
      createdAtMs: Date.UTC(2026, 2, 1, 11, 0, 0, 123),
      lastSeenMs: [1_000],
      endedAtMs: null,
    },
  ]);
});

test('dates and wall-clock times stay text, because they have no time zone', async () => {
  const text = `select date '2026-03-01' as day, timestamp '2026-03-01 12:00' as local_time`;
  expect(await queryRow(pool, text)).toEqual({
    day: '2026-03-01',
    localTime: '2026-03-01 12:00:00',
  });
});

test('an infinite instant is infinite', async () => {
  const text = `select timestamptz 'infinity' as until, timestamptz '-infinity' as since`;
  expect(await queryRow(pool, text)).toEqual({ untilMs: Infinity, sinceMs: -Infinity });
});

test('a prepared statement with parameters works, and a member keeps its digits', async () => {
  const statement = {
    name: 'p',
    text: 'select $1::int as p10, $2::text as x_1_y',
    values: [1, 'b'],
  };
  expect(await queryRow(pool, statement)).toEqual({ p10: 1, x1Y: 'b' });
  expect(await queryRow(pool, 'select 1 as one where $1', [false])).toBeNull();
});

test('one column is read as values: instants are milliseconds, and nothing is null', async () => {
  const days = `select at from unnest(array[timestamptz '1970-01-01 00:00:02+00', null]) as at`;
  expect(await queryColumn(pool, days)).toEqual([2_000, null]);
  expect(await queryColumn(pool, 'select 1 where $1', [false])).toEqual([]);
  expect(await queryValue(pool, { text: 'select $1::int', values: [7] })).toBe(7);
  expect(await queryValue(pool, 'select 1 where $1', [false])).toBeNull();
});

test('rows are counted whether a statement finds or writes them', async () => {
  await pool.query('create table counted (n int primary key)');
  const insert = 'insert into counted select unnest($1::int[]) on conflict do nothing';
  expect(await queryCount(pool, insert, [[1, 2, 3]])).toBe(3);
  expect(await queryAny(pool, insert, [[3]])).toBe(false);
  expect(await queryAny(pool, 'select from counted where n = $1', [3])).toBe(true);
  expect(await queryCount(pool, { text: 'delete from counted where n > $1', values: [1] })).toBe(2);
});
