import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase, type Queryable } from '../database/database.ts';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { leasedRows } from './leased-rows.ts';

interface Held {
  readonly name: string;
  readonly token: string;
}

const JOBS = leasedRows<Held>({
  table: 'leased_jobs',
  alias: 'j',
  key: { name: { type: 'text', of: ({ name }) => name } },
  until: 'due_at',
  token: { column: 'token', type: 'bigint', of: ({ token }) => token },
});
const LEASE_MS = 1_000;

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url });
  await db.owner.query(`create table leased_jobs (name text primary key, token bigint not null,
    due_at timestamptz not null, done text)`);
});
beforeEach(async () => {
  await db.owner.query(`truncate leased_jobs`);
  await db.owner.query(`insert into leased_jobs
    select name, 0, to_timestamp(nr) from unnest(array['c', 'a', 'b']) with ordinality as n(name, nr)`);
});
afterAll(async () => {
  await db?.end();
  await database?.drop();
});

/** Claims rows that are due by `nowMs`, those that have waited longest first. */
function claim(nowMs: number, limit = 10, as: Queryable = db.owner): Promise<Held[]> {
  return JOBS.claim<Held>(as, {
    name: 'claim_jobs',
    find: 'where j.due_at <= to_timestamp($1 / 1000.0) order by j.due_at limit $2',
    until: 'to_timestamp($3 / 1000.0)',
    returning: 'j.name, j.token',
    values: [nowMs, limit, nowMs + LEASE_MS],
  });
}

const finish = (held: readonly Held[], done: string) =>
  JOBS.change<{ name: string }, Held>(db.owner, held, {
    name: 'finish_jobs',
    set: 'done = given.done',
    given: { done: { type: 'text', of: () => done } },
  });

const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name).sort();

it('gives each row to one holder, those that are due longest first', async () => {
  expect(names(await claim(5_000, 2))).toEqual(['a', 'c']);
  expect(names(await claim(5_000))).toEqual(['b']);
  expect(await claim(5_000)).toEqual([]);
});

it('passes over rows that somebody is taking at this moment', async () => {
  const other = await db.owner.connect();
  try {
    await other.query('begin');
    await other.query(`select from leased_jobs where name = 'a' for update`);
    expect(names(await claim(5_000))).toEqual(['b', 'c']);
  } finally {
    await other.query('rollback');
    other.release();
  }
  expect(names(await claim(5_000))).toEqual(['a']);
});

it('gives the rows of a holder that died to the next once their lease has run out', async () => {
  await claim(5_000);
  // Nobody releases anything, because the process is dead.
  expect(await claim(5_000 + LEASE_MS - 1)).toEqual([]);
  expect(names(await claim(5_000 + LEASE_MS))).toEqual(['a', 'b', 'c']);
});

it('takes nothing with a claim that was not committed', async () => {
  const other = await db.owner.connect();
  try {
    await other.query('begin');
    expect(await claim(5_000, 10, other)).toHaveLength(3);
    await other.query('rollback');
  } finally {
    other.release();
  }
  expect(await claim(5_000)).toHaveLength(3);
});

it('lets no late holder change what another holds by now', async () => {
  const slow = await claim(5_000);
  const [claimed] = await claim(5_000 + LEASE_MS, 1);
  expect(names(await finish(slow, 'late'))).not.toContain(claimed?.name);
  const { rows } = await db.owner.query('select done from leased_jobs where name = $1', [
    claimed?.name,
  ]);
  expect(rows).toEqual([{ done: null }]);
  expect(await finish(claimed === undefined ? [] : [claimed], 'mine')).toHaveLength(1);
});

it('extends the leases its holder still has, and reports the others', async () => {
  const slow = await claim(5_000);
  const [claimed] = await claim(5_000 + LEASE_MS, 1);
  const lost = await JOBS.extend(db.owner, slow, 20_000);
  expect(names(lost)).toEqual([claimed?.name]);
  expect(names(await claim(19_999))).toEqual([claimed?.name]);
  expect(await claim(20_000)).toHaveLength(2);
});

it('removes rows by the same fence', async () => {
  const slow = await claim(5_000);
  const [claimed] = await claim(5_000 + LEASE_MS, 1);
  const gone = await JOBS.change<{ name: string }>(db.owner, slow, {
    name: 'drop_jobs',
    set: null,
  });
  expect(gone).toHaveLength(2);
  const { rows } = await db.owner.query<{ name: string }>('select name from leased_jobs');
  expect(names(rows)).toEqual([claimed?.name]);
});
