import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../test-postgres.ts';
import { describeUnreadable, dumpRights } from './dump-rights.sql.ts';

let database: TestDatabase;
let superuser: pg.Client;
const suffix = randomBytes(4).toString('hex');
const roles = { plain: `plain_${suffix}`, backup: `backup_${suffix}` };

beforeAll(async () => {
  database = await createTestDatabase();
  superuser = new pg.Client(database.url);
  await superuser.connect();
  // Creates the login in DATABASE_URL that the guide describes, and its backup role.
  await superuser.query(`
    create role ${roles.plain} login createrole password 'secret';
    grant waybill_pipeline to ${roles.plain};
    create role ${roles.backup} login bypassrls password 'secret';
    grant pg_read_all_data, waybill_pipeline to ${roles.backup};`);
});

afterAll(async () => {
  await superuser.query(`drop role ${roles.plain}; drop role ${roles.backup}`);
  await superuser.end();
  await database.drop();
});

const rightsOf = async (role: string) => {
  const url = new URL(database.url.replace('@/', '@socket/'));
  const client = new pg.Client({
    host: url.searchParams.get('host') ?? '',
    port: Number(url.searchParams.get('port')),
    database: url.pathname.slice(1),
    user: role,
    password: 'secret',
  });
  await client.connect();
  try {
    return await dumpRights(client);
  } finally {
    await client.end();
  }
};

it('a superuser and the documented backup role can dump everything', async () => {
  expect((await dumpRights(superuser)).unreadable).toEqual([]);
  expect(await rightsOf(roles.backup)).toEqual({ role: roles.backup, unreadable: [] });
});

it('a login that row-level security applies to cannot, and the first table is named', async () => {
  const rights = await rightsOf(roles.plain);
  expect(rights.unreadable).toContain('public.api_keys');
  expect(describeUnreadable(rights)).toMatch(
    new RegExp(
      `^the role ${roles.plain} cannot read all rows of \\d+ tables \\(the first is public`,
    ),
  );
});

it('the owner of the tables cannot either, because row-level security is forced', async () => {
  await superuser.query(`alter table api_keys owner to ${roles.plain}`);
  expect((await rightsOf(roles.plain)).unreadable).toContain('public.api_keys');
  await superuser.query('alter table api_keys owner to current_user');
});
