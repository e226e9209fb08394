import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { openClient } from '../hosts/connect.ts';
import { HUB_ROLES, type Pooler, poolConfig } from '../pool.ts';
import { queryRows } from '../query-rows.ts';

const CONNECT_MS_MAX = 5_000;
const IDENTITY = `
  select current_database() || ' started ' || pg_postmaster_start_time()::text as is,
         current_user as login`;

/**
 * DATABASE_URL or DATABASE_POOLER_URL points to something unusable; says which, and how to fix it.
 */
class PoolerMisconfigured extends Error {
  override readonly name = 'PoolerMisconfigured';
}

/**
 * Checks that the pooler points to the same database, preserves transactions and may assume the
 * hub's roles; returns its capabilities.
 *
 * @param databaseUrl the same database without the pooler.
 * @throws PoolerMisconfigured, or the connection's error while either is unavailable.
 */
export async function examinePooler(url: string, databaseUrl: string): Promise<Pooler> {
  const direct = await withClient(clientOf(databaseUrl), identityOf);
  return withClient(clientOf(url), async (client) => {
    const pooled = await identityOf(client);
    if (pooled.is !== direct.is) {
      throw new PoolerMisconfigured(
        `DATABASE_POOLER_URL points to another database (${pooled.is}) than DATABASE_URL (${direct.is}). ` +
          'Point both at the primary server.',
      );
    }
    for (const role of HUB_ROLES) await assertCanAssume(client, role, pooled.login);
    await assertReadsNothing(client, pooled.login);
    return { url, keepsNames: await keepsNames(client) };
  });
}

/**
 * Checks that a connection reaches the server itself, which accepts settings and retains them:
 * roles, locks and LISTEN depend on it.
 *
 * @param run further checks on it.
 * @throws PoolerMisconfigured
 */
export async function assertOwnSession(
  databaseUrl: string,
  run: (client: pg.Client) => Promise<void> = async () => {},
): Promise<void> {
  const { options } = poolConfig(databaseUrl, 'owner');
  const client = clientOf(databaseUrl, { options: `${options} -c ${SESSION}=${OCCUPIED}` });
  await withClient(client, async () => {
    if (!(await isOwnSession(client))) throw new PoolerMisconfigured(NO_POOLER_THERE);
    await run(client);
  }).catch((error: unknown) => {
    if (/unsupported startup parameter/i.test(String(error)))
      throw new PoolerMisconfigured(NO_POOLER_THERE);
    throw error;
  });
}

const SESSION = 'waybill.session';
const OCCUPIED = 'taken';
const NO_POOLER_THERE =
  'DATABASE_URL points to a connection pooler such as PgBouncer, which does not pass settings on. ' +
  'Point DATABASE_URL at PostgreSQL itself, and DATABASE_POOLER_URL at the pooler.';

async function isOwnSession(client: pg.Client): Promise<boolean> {
  const text = `select current_setting('${SESSION}', true) as session`;
  const rows = await queryRows<{ session: string | null }>(client, text);
  return rows[0]?.session === OCCUPIED;
}

async function identityOf(client: pg.Client) {
  const rows = await queryRows<{ is: string; login: string }>(client, IDENTITY);
  const { is = '', login = '' } = rows[0] ?? {};
  return { is, login };
}

/** Checks that the pooler's login can assume the role. Throws `PoolerMisconfigured` with what to change. */
async function assertCanAssume(client: pg.Client, role: string, login: string): Promise<void> {
  try {
    await client.query('begin');
    await client.query(`set local role ${role}`);
    await client.query('rollback');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (/transaction blocks not allowed/i.test(why)) {
      throw new PoolerMisconfigured(
        'The pooler of DATABASE_POOLER_URL lends a server for a single statement. Set pool_mode = transaction.',
      );
    }
    if (Reflect.get(Object(error), 'code') !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new PoolerMisconfigured(
      `DATABASE_POOLER_URL logs in as ${login}, which may not become ${role}: ` +
        `grant ${HUB_ROLES.join(', ')} to ${login}.`,
    );
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * Checks that the login role can read nothing: a statement whose BEGIN has failed runs as this
 * role, and must not read more than the intended role could.
 */
async function assertReadsNothing(client: pg.Client, login: string): Promise<void> {
  // Our tables have row-level security; those of extensions may be readable by everybody.
  const { rowCount } = await client.query(
    `select from pg_class where relkind in ('r', 'p') and relrowsecurity
       and relnamespace = 'public'::regnamespace and has_table_privilege(oid, 'select') limit 1`,
  );
  if (rowCount === 0) return;
  throw new PoolerMisconfigured(
    `DATABASE_POOLER_URL logs in as ${login}, which may read tables without becoming one of the hub's roles: ` +
      'it is a superuser, owns them or inherits the roles. Create a dedicated login role for the pooler: ' +
      `create role waybill_pooled login noinherit password '…'; grant ${HUB_ROLES.join(', ')} to waybill_pooled.`,
  );
}

/**
 * Whether the pooler keeps named prepared statements. One that tracks them gives them names of its
 * own; otherwise the name would exist on this server only, or belong to another connection.
 */
async function keepsNames(client: pg.Client): Promise<boolean> {
  const name = `waybill_${randomBytes(8).toString('hex')}`;
  await client.query('begin');
  await client.query({ name, text: 'select 1' });
  const { rowCount } = await client.query('select from pg_prepared_statements where name = $1', [
    name,
  ]);
  if (rowCount !== 0) await client.query(`deallocate ${name}`);
  await client.query('commit');
  return rowCount === 0;
}

function clientOf(url: string, more: pg.ClientConfig = {}): pg.Client {
  return openClient(url, {
    application_name: 'waybill',
    connectionTimeoutMillis: CONNECT_MS_MAX,
    ...more,
  });
}

async function withClient<T>(
  client: pg.Client,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
