import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { dumpSchema } from './schema-dump.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase({ migrate: false });
  client = new pg.Client(database.url);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** Runs `change` and returns the lines it added to the dump. */
async function added(change: string): Promise<string[]> {
  const before = new Set((await dumpSchema(client)).split('\n'));
  await client.query(change);
  return (await dumpSchema(client)).split('\n').filter((line) => !before.has(line));
}

test('the dump shows a table with its keys, checks and defaults', async () => {
  const lines = await added(
    `create table boxes (id int primary key, kind text not null default 'small' check (kind <> ''), parent int references boxes)`,
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      'create table boxes (',
      '  id integer not null,',
      "  kind text not null default 'small'::text,",
      '  parent integer',
      'alter table boxes add constraint boxes_pkey PRIMARY KEY (id);',
      'alter table boxes add constraint boxes_parent_fkey FOREIGN KEY (parent) REFERENCES boxes(id);',
      "alter table boxes add constraint boxes_kind_check CHECK ((kind <> ''::text));",
    ]),
  );
});

test.each([
  ['an index', 'create index boxes_by_kind on boxes (kind)', 'boxes_by_kind'],
  [
    'row-level security',
    'alter table boxes enable row level security',
    'enable row level security',
  ],
  ['that it is forced', 'alter table boxes force row level security', 'force row level security'],
  ['a policy', 'create policy mine on boxes to public using (id > 1)', 'create policy mine'],
  ['a grant', 'grant select on boxes to pg_monitor', 'grant select on boxes to pg_monitor;'],
  [
    'a function',
    `create function one() returns int language sql as 'select 1'`,
    'FUNCTION public.one()',
  ],
  ['a view', 'create view seen as select id from boxes', 'create view seen'],
  [
    'a partition',
    'create table parts (day date) partition by range (day); create table parts_1 partition of parts default',
    'partition of parts DEFAULT',
  ],
])('the dump shows %s', async (_what, change, expected) => {
  expect((await added(change)).join('\n')).toContain(expected);
});
