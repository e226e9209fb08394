import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anyText } from '../../kernel/test-text.ts';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { type Database, openDatabase } from './database.ts';
import { arrayText, joinedJson, jsonArray, type Plain, plainArray } from './plain-array.ts';

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
  // Uses the owner's pool, because the pipeline's role is created by the migrations.
  const { rows } = await db.owner.query(`select $1::${type}[] as read`, [
    plainArray(values, (value) => value),
  ]);
  expect(rows).toEqual([{ read: values }]);
});

const text = anyText().filter((each) => !/[\0\p{Cs}]/u.test(each));
const TEXTS = [
  '',
  ' ',
  'NULL',
  'null',
  '"',
  '\\',
  '\\"',
  'a,b',
  '{}',
  '{"a"}',
  "it's",
  '\u001f',
  'Zürich 🚚\n',
];

it('arrays of any texts are read back unchanged', async () => {
  const lists = fc.sample(fc.array(fc.option(text), { maxLength: 20 }), { numRuns: 60, seed: 1 });
  for (const list of [TEXTS, [null], [], ...lists]) {
    const { rows } = await db.owner.query('select $1::text[] as read', [list]);
    expect(rows).toEqual([{ read: list }]);
  }
});

it('an array of numbers, truths and instants is read as it was', async () => {
  const { rows } = await db.owner.query(
    'select $1::float8[] as n, $2::bool[] as b, $3::timestamptz[] as t, $4::bytea[] as bytes',
    [[0.5, -1, null, 1e21], [true, null, false], [new Date(5), null], [Buffer.from([0, 255])]],
  );
  expect(rows).toEqual([
    {
      n: [0.5, -1, null, 1e21],
      b: [true, null, false],
      t: [new Date(5), null],
      bytes: [Buffer.from([0, 255])],
    },
  ]);
  expect(arrayText(['a', new Date(5)])).toBeNull();
});

it('any JSON is read back unchanged', async () => {
  const values = fc.sample(fc.jsonValue(), { numRuns: 60, seed: 2 });
  const ofOurs = values.filter((each) => !/\\u0000|\\ud[89a-f]/.test(JSON.stringify(each)));
  for (const list of [
    [null],
    [{ a: '\u001f "quoted" \\' }, null, 'null', 1],
    [undefined],
    ofOurs,
  ]) {
    const { rows } = await db.owner.query<{ read: unknown[] }>(
      `select array(select value #>> '{}' from unnest(${jsonArray('$1')}) as value) as read,
              array(select value is null from unnest(${jsonArray('$1')}) as value) as missing,
              to_jsonb(${jsonArray('$1')}) as whole`,
      [joinedJson(list as readonly unknown[], (each) => each)],
    );
    const expected = list.map((each) => each ?? null);
    expect(rows[0]).toMatchObject({
      missing: expected.map((each) => each === null),
      whole: JSON.parse(JSON.stringify(expected)),
    });
  }
});
