import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { type Database, openDatabase, withTenant, withTransaction } from './database.ts';

const MERCHANT = '00000000-0000-7000-8000-000000000001';
const OTHER = '00000000-0000-7000-8000-000000000002';

let made: TestDatabase;
let db: Database;

/** The schema of the tests; roles belong to the server, so another file may have created them. */
const SCHEMA = `
  do $$
  declare name text;
  begin
    foreach name in array array['waybill_app', 'waybill_pipeline', 'waybill_public'] loop
      begin
        execute format('create role %I nologin nobypassrls', name);
      exception when duplicate_object or unique_violation then null;
      end;
    end loop;
  end $$;
  create table notes (id int primary key);
  grant select, insert on notes to waybill_pipeline;
  create table owned (merchant_id uuid, word text);
  insert into owned values ('${MERCHANT}', 'mine'), ('${OTHER}', 'theirs');
  alter table owned enable row level security;
  alter table owned force row level security;
  create policy tenant on owned to waybill_app
    using (merchant_id = nullif(current_setting('waybill.merchant_id', true), '')::uuid);
  grant select on owned to waybill_app;
`;

beforeAll(async () => {
  made = await createTestDatabase({ migrate: false });
  db = openDatabase({ url: made.url });
  await db.owner.query(SCHEMA);
});

afterAll(async () => {
  await db.end();
  await made.drop();
});

describe('a transaction', () => {
  test('leaves nothing behind when its work throws', async () => {
    const failing = withTransaction(db.pipeline, async (transaction) => {
      await transaction.query('insert into notes (id) values (1)');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    const { rowCount } = await db.pipeline.query('select from notes where id = 1');
    expect(rowCount).toBe(0);
  });

  test('whose failed statement was swallowed is reported as rolled back, not as committed', async () => {
    const swallowing = withTransaction(db.pipeline, async (transaction) => {
      await transaction.query('insert into notes (id) values (2)');
      await transaction.query('select 1 / 0').catch(() => {});
    });
    await expect(swallowing).rejects.toThrow('rolled back');
  });

  test('is committed when its work resolves', async () => {
    const value = await withTransaction(db.pipeline, async (transaction) => {
      await transaction.query('insert into notes (id) values (3)');
      return 'done';
    });
    expect(value).toBe('done');
    const { rowCount } = await db.pipeline.query('select from notes where id = 3');
    expect(rowCount).toBe(1);
  });

  test('never lends a broken connection again', async () => {
    const broken = withTransaction(db.pipeline, async (transaction) => {
      await transaction.query('select pg_terminate_backend(pg_backend_pid())');
    });
    await expect(broken).rejects.toThrow();
    const { rows } = await db.pipeline.query<{ one: number }>('select 1 as one');
    expect(rows[0]?.one).toBe(1);
  });
});

describe('a tenant', () => {
  test('is refused when it is not a merchant id and a mode', () => {
    expect(() => withTenant(db.app, { merchantId: "x'; --", mode: 'live' }, async () => 1)).toThrow(
      'merchant id',
    );
  });

  test('is set within the transaction and forgotten after it', async () => {
    const read =
      "select current_setting('waybill.merchant_id', true) as id, current_setting('waybill.mode', true) as mode";
    const inside = await withTenant(db.app, { merchantId: MERCHANT, mode: 'test' }, (transaction) =>
      transaction.query<{ id: string; mode: string }>(read),
    );
    expect(inside.rows[0]).toEqual({ id: MERCHANT, mode: 'test' });
    const after = await db.app.query<{ id: string | null; mode: string | null }>(read);
    expect([after.rows[0]?.id || null, after.rows[0]?.mode || null]).toEqual([null, null]);
  });

  test('sees its own rows only, and no rows when none is set', async () => {
    const read = 'select word from owned';
    const own = await withTenant(db.app, { merchantId: MERCHANT, mode: 'test' }, (transaction) =>
      transaction.query<{ word: string }>(read),
    );
    expect(own.rows).toEqual([{ word: 'mine' }]);
    expect((await db.app.query(read)).rowCount).toBe(0);
  });
});

const POOLS = [
  ['pipeline', 'waybill_pipeline'],
  ['app', 'waybill_app'],
  ['publicRead', 'waybill_public'],
] as const;

describe('each pool', () => {
  test.each(POOLS)('%s works as %s, and commits to disk', async (pool, role) => {
    const { rows } = await db[pool].query(
      "select current_user as who, current_setting('synchronous_commit') as durable",
    );
    expect(rows[0]).toEqual({ who: role, durable: 'on' });
  });

  test.each(POOLS)('%s works as %s through a pooler too', async (pool, role) => {
    // A server behaves like a pooler that keeps its sessions: each transaction sets role and
    // settings.
    const pooled = openDatabase({
      url: made.url,
      pooler: { url: made.url, keepsNames: true },
    });
    const { rows } = await pooled[pool].query('select current_user as who');
    await pooled.end();
    expect(rows[0]).toEqual({ who: role });
  });

  test.each(['pipeline', 'publicRead'] as const)(
    '%s finds rows by key in a table that was empty when it began',
    async (pool) => {
      const { rows } = await db[pool].query<{ setting: string }>(
        "select setting from pg_settings where name in ('enable_seqscan', 'enable_hashjoin')",
      );
      expect(rows.map(({ setting }) => setting)).toEqual(['off', 'off']);
    },
  );

  test('keeps its role when the URL brings options of its own', async () => {
    const options = encodeURIComponent('-c role=waybill_pipeline -c synchronous_commit=off');
    const other = openDatabase({ url: `${made.url}&options=${options}` });
    const { rows } = await other.app.query(
      "select current_user as who, current_setting('synchronous_commit') as durable",
    );
    await other.end();
    expect(rows[0]).toEqual({ who: 'waybill_app', durable: 'on' });
  });

  test('reads a date as text, because a date has no zone', async () => {
    const { rows } = await db.owner.query<{ day: unknown }>("select date '2026-03-01' as day");
    expect(rows[0]?.day).toBe('2026-03-01');
  });
});
