import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { type Database, openDatabase } from './database.ts';
import { type Plain, plainArray } from './plain-array.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase({ migrate: false });
  db = openDatabase({ url: database.url });
});
afterAll(async () => {
  await db?.end();
  await database?.drop();
});

const ID = '01930000-0000-7000-8000-00000000000a';
const CASES: readonly [type: string, values: readonly Plain[]][] = [
  ['uuid', [ID, null, ID]],
  ['text', ['live', null, 'parcel.changed']],
  ['float8', [1_763_686_800_000, 0.5, -1, null, 0]],
  ['int', [1, null, 0]],
  ['boolean', [true, false, null]],
  ['int', [null]],
  ['int', []],
];

it.each(CASES)('an array of %s is read as it was: %j', async (type, values) => {
  // An owner's pool: the pipeline's role is made by the migrations.
  const { rows } = await db.owner.query(`select $1::${type}[] as read`, [
    plainArray(values, (value) => value),
  ]);
  expect(rows).toEqual([{ read: values }]);
});
