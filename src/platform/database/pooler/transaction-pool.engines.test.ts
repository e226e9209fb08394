import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type PgBouncer,
  type PgBouncerSettings,
  startPgBouncer,
  whyNoPgBouncer,
} from '../../../../test/support/pgbouncer.ts';
import { createTestDatabase, type TestDatabase } from '../../test-postgres.ts';
import { withAdvisoryLocks } from '../advisory-lock.ts';
import { type Database, openDatabase, together, withTenant, withTransaction } from '../database.ts';
import { eachRow } from '../query-rows.ts';
import { assertOwnSession, examinePooler } from './examine-pooler.ts';

const missing = whyNoPgBouncer();
if (missing !== null) process.stderr.write(`SKIPPED: transactions through PgBouncer: ${missing}\n`);

const MERCHANTS = [1, 2, 3].map((index) => `00000000-0000-7000-8000-00000000000${index}`);
/** A login that may assume the hub's roles and nothing else, created as in docs/operators.md. */
const LOGIN = { user: `bouncer_${randomBytes(4).toString('hex')}`, password: 'test-password' };
const SCHEMA = `
  create role ${LOGIN.user} login noinherit password '${LOGIN.password}';
  grant waybill_app, waybill_pipeline, waybill_public to ${LOGIN.user};
  create table owned (merchant_id uuid, word text);
  insert into owned values ${MERCHANTS.map((id) => `('${id}', '${id}')`).join(', ')};
  alter table owned enable row level security;
  alter table owned force row level security;
  create policy tenant on owned to waybill_app
    using (merchant_id = nullif(current_setting('waybill.merchant_id', true), '')::uuid);
  create policy whole on owned to waybill_pipeline using (true);
  grant select on owned to waybill_app, waybill_pipeline, waybill_public;`;

describe.skipIf(missing !== null)('through a PgBouncer', () => {
  let made: TestDatabase;
  let bouncer: PgBouncer;
  let db: Database;
  let other: Database;
  const bouncers: PgBouncer[] = [];
  const begin = async (settings: Omit<PgBouncerSettings, 'databaseUrl'>): Promise<PgBouncer> => {
    const started = await startPgBouncer({ databaseUrl: made.url, ...settings });
    bouncers.push(started);
    return started;
  };
  beforeAll(async () => {
    made = await createTestDatabase();
    const owner = openDatabase({ url: made.url });
    await owner.owner.query(SCHEMA);
    await owner.end();
    // One connection to the server, which all clients share.
    bouncer = await begin({ login: LOGIN, poolSize: 1 });
    const pooler = await examinePooler(bouncer.url, made.url);
    db = openDatabase({ url: made.url, pooler });
    other = openDatabase({ url: made.url, pooler });
  }, 120_000);
  afterAll(async () => {
    await db?.end();
    await other?.end();
    for (const each of bouncers) await each.stop();
    const owner = openDatabase({ url: made.url });
    await owner.owner.query(`drop owned by ${LOGIN.user}; drop role ${LOGIN.user}`);
    await owner.end();
    await made?.drop();
  }, 60_000);

  const wordsOf = async (from: Database, merchantId: string, fails: boolean): Promise<unknown> => {
    const tenant = { merchantId, mode: 'live' } as const;
    const found = withTenant(from.app, tenant, async (tx) => {
      const { rows } = await tx.query<{ word: string }>('select word from owned');
      if (fails) await tx.query('select 1 / 0');
      return rows.map(({ word }) => word);
    });
    return found.catch((error: Error) => error.message);
  };

  test('tenants stay apart on a connection that all share, however they are interleaved', async () => {
    const what = fc.record({
      merchant: fc.constantFrom(...MERCHANTS),
      from: fc.constantFrom('db', 'other'),
      how: fc.constantFrom('tenant', 'fails', 'nobody', 'all', 'public'),
    });
    const ask = async ({ merchant, from, how }: Record<'merchant' | 'from' | 'how', string>) => {
      const on = from === 'db' ? db : other;
      const read = {
        name: 'read_owned',
        text: 'select word from owned where word <> $1',
        values: [''],
      };
      if (how === 'tenant') return [await wordsOf(on, merchant, false), [merchant]];
      if (how === 'fails') return [await wordsOf(on, merchant, true), 'division by zero'];
      if (how === 'nobody') return [(await on.app.query(read)).rowCount, 0];
      if (how === 'public') return [(await on.publicRead.query(read)).rowCount, 0];
      return [(await on.pipeline.query(read)).rowCount, MERCHANTS.length];
    };
    const property = fc.asyncProperty(
      fc.array(what, { minLength: 5, maxLength: 40 }),
      async (all) => {
        const results = await Promise.all(all.map(ask));
        expect(results.map(([found]) => found)).toEqual(results.map(([, wanted]) => wanted));
      },
    );
    await fc.assert(property, { numRuns: 25 });
  }, 300_000);

  test('each pool works as its role with its settings, and nothing as the login itself', async () => {
    const statement = `select current_user as who, session_user as login, current_setting('synchronous_commit') as durable,
                          current_setting('statement_timeout') as timeout`;
    const { login, ...own } = (await db.app.query(statement)).rows[0] ?? {};
    expect([login, own]).toEqual([
      LOGIN.user,
      { who: 'waybill_app', durable: 'on', timeout: '10s' },
    ]);
    expect((await db.pipeline.query(statement)).rows[0]).toMatchObject({ who: 'waybill_pipeline' });
    expect((await db.publicRead.query(statement)).rows[0]).toMatchObject({ who: 'waybill_public' });
    const bare = await withTransaction(db.app, (tx) => tx.query(statement));
    expect(bare.rows[0]).toMatchObject({ who: 'waybill_app' });
  });

  test('nothing of it is left on the connection that all share', async () => {
    await wordsOf(db, MERCHANTS[0] ?? '', false);
    await db.pipeline.query('select 1');
    const bare = new pg.Client(bouncer.url);
    await bare.connect();
    const { rows } = await bare.query(
      `select current_user as who, coalesce(current_setting('waybill.merchant_id', true), '') as merchant,
              current_setting('enable_seqscan') as scans`,
    );
    await bare.end();
    expect(rows).toEqual([{ who: LOGIN.user, merchant: '', scans: 'on' }]);
  });

  test('a statement that fails leaves nothing behind, and the connection is good for the next', async () => {
    await expect(db.pipeline.query('insert into nothing values (1)')).rejects.toThrow('nothing');
    const failing = withTransaction(db.pipeline, async (tx) => {
      await together([tx.query('select 1'), tx.query('select 1 / 0'), tx.query('select 2')]);
    });
    await expect(failing).rejects.toThrow('division by zero');
    expect((await db.pipeline.query('select 3 as three')).rows).toEqual([{ three: 3 }]);
  });

  test('statements after a failed one in the same packet do not spoil its name for later ones', async () => {
    const named = { name: 'follows_failed', text: 'select $1::int as nr', values: [1] };
    const failing = withTransaction(db.pipeline, async (tx) => {
      await together([tx.query('select 1 / 0'), tx.query(named)]);
    });
    await expect(failing).rejects.toThrow('division by zero');
    const after = withTransaction(db.pipeline, (tx) => tx.query(named));
    expect((await after).rows).toEqual([{ nr: 1 }]);
  });

  test('rows are handed over one by one, by a name that others use too', async () => {
    for (const from of [db, other, db]) {
      const found: string[] = [];
      const query = {
        name: 'each_owned',
        text: 'select word from owned where word <> $1',
        values: [''],
      };
      await eachRow<{ word: string }>(from.pipeline, query, ({ word }) => void found.push(word));
      expect(found.sort()).toEqual(MERCHANTS);
    }
  });

  test('a lock is held for as long as the work takes, by one of two hubs', async () => {
    const lock = { lockClass: 0x5742_7fff, keys: [1] };
    const results = await withAdvisoryLocks(db.pipeline, lock, async () => {
      // Meanwhile other transactions use the shared connection.
      await db.pipeline.query('select 1');
      return withAdvisoryLocks(other.pipeline, lock, async () => 'taken twice');
    });
    expect(results).toBeNull();
    expect(await withAdvisoryLocks(other.pipeline, lock, async () => 'taken')).toBe('taken');
  });

  test('broken connections are reported as an unavailable database, and replaced', async () => {
    await db.pipeline.query('select 1');
    await bouncer.restart();
    await expect
      .poll(
        () =>
          db.pipeline.query('select 1 as one').then(
            ({ rows }) => rows,
            () => null,
          ),
        {
          timeout: 60_000,
        },
      )
      .toEqual([{ one: 1 }]);
  }, 120_000);

  describe('an unusable server is reported before the start', () => {
    test('one that lends a server for a statement', async () => {
      const { url } = await begin({ login: LOGIN, mode: 'statement' });
      await expect(examinePooler(url, made.url)).rejects.toThrow('pool_mode = transaction');
    });

    test('one of another database', async () => {
      const another = await createTestDatabase({ migrate: false });
      await expect(examinePooler(bouncer.url, another.url)).rejects.toThrow('another database');
      await another.drop();
    });

    test('a login that may not become the hub’s roles', async () => {
      const login = { user: `${LOGIN.user}_bare`, password: LOGIN.password };
      const owner = openDatabase({ url: made.url });
      await owner.owner.query(`create role ${login.user} login password '${login.password}'`);
      const { url } = await begin({ login });
      const why = await examinePooler(url, made.url).catch(String);
      await bouncers.pop()?.stop();
      await owner.owner.query(`drop role ${login.user}`);
      await owner.end();
      expect(why).toContain(`grant waybill_app, waybill_pipeline, waybill_public to ${login.user}`);
    });

    test('a login that reads tables without becoming one of the hub’s roles', async () => {
      const login = { user: `${LOGIN.user}_heir`, password: LOGIN.password };
      const owner = openDatabase({ url: made.url });
      await owner.owner.query(
        `create role ${login.user} login inherit password '${login.password}';
         grant waybill_app, waybill_pipeline, waybill_public to ${login.user}`,
      );
      const { url } = await begin({ login });
      const why = await examinePooler(url, made.url).catch(String);
      await bouncers.pop()?.stop();
      await owner.owner.query(`drop role ${login.user}`);
      await owner.end();
      expect(why).toContain('create role waybill_pooled login noinherit');
    });

    test.each([
      ['refuses settings', []],
      ['drops them', ['ignore_startup_parameters = options']],
    ])('DATABASE_URL that leads to one that %s', async (_how, more) => {
      const { url } = await begin({ mode: 'session', more });
      await expect(assertOwnSession(url)).rejects.toThrow(/DATABASE_POOLER_URL at the pooler/);
    });
  });
});
