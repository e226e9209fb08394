import { createPostgresBackend, isPgPool, runMigrations, withBackend } from 'bullmq';
import type pg from 'pg';
import { connectingTo, openClient } from '../database/hosts/connect.ts';
import { openPool, withConnection } from '../database/pool.ts';
import { takeOptions } from '../database/url-options.ts';
import type { JobBackend, WakeData } from './jobs.ts';

export interface PostgresBackendOptions {
  /** As the login that owns the tables: it makes the queue's schema when that is missing. */
  readonly databaseUrl: string;
  readonly name: string;
  readonly onError: (error: Error) => void;
}

/**
 * Handlers at once in the whole database, however many processes there are: at 20 BullMQ's
 * functions deadlock now and then, at 5 they were not seen to.
 */
const CONCURRENCY = 5;
/** Two connections that listen and a few that ask; they are idle nearly always. */
const CONNECTIONS_MAX = 6;
const CONNECT_MS_MAX = 10_000;
/** Placing a wake-up takes a few milliseconds; waiting longer than this means trouble elsewhere. */
const LOCK_WAIT_MS = 5_000;
const LOCK_CLASS = 0x5742_0005;
/** BullMQ's own default; a pool that was made outside of it cannot name another. */
const SCHEMA = 'bullmq';
const ROLE = 'waybill_queue';

/**
 * BullMQ's own PostgreSQL backend, in a schema of its own, worked on by a role of its own that
 * can reach nothing else: the queue's code is not ours, and sees no tenant's row.
 */
export async function openPostgresBackend(options: PostgresBackendOptions): Promise<JobBackend> {
  await prepareSchema(options.databaseUrl);
  const { options: given } = takeOptions(options.databaseUrl);
  const config = {
    ...connectingTo(options.databaseUrl),
    application_name: 'waybill queue',
    connectionTimeoutMillis: CONNECT_MS_MAX,
    keepAlive: true,
  };
  const settings = `${given} -c role=${ROLE} -c search_path=${SCHEMA} -c timezone=UTC`.trim();
  const connection: unknown = openPool(
    { ...config, options: settings, max: CONNECTIONS_MAX },
    options.onError,
  );
  const limited = `${settings} -c statement_timeout=${LOCK_WAIT_MS}`;
  const locks = openPool({ ...config, options: limited, max: 1 }, options.onError);
  // pg's own types and BullMQ's of the same pool differ in an overload; at run time it is one.
  if (!isPgPool(connection)) throw new Error('pg made no pool');
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const queue = new Queue<WakeData>(options.name, { connection });
  await queue.setGlobalConcurrency(CONCURRENCY);
  return {
    kind: 'postgres',
    concurrencyMax: CONCURRENCY,
    queue,
    exclusive: (key, work) => locked(locks, key, work),
    makeWorker: (work, settings) =>
      new Worker<WakeData, void>(options.name, work, { connection, ...settings }),
    async close() {
      await Promise.all([connection.end(), locks.end()]);
    },
  };
}

/** The lock dies with the connection, so one of a killed process needs no clearing. */
function locked<T>(locks: pg.Pool, key: string, work: () => Promise<T>): Promise<T> {
  return withConnection(locks, async (client) => {
    await client.query('select pg_advisory_lock($1, hashtext($2))', [LOCK_CLASS, key]);
    try {
      return await work();
    } finally {
      await client.query('select pg_advisory_unlock($1, hashtext($2))', [LOCK_CLASS, key]);
    }
  });
}

/** BullMQ's migrations lock out each other; ours lock out the grants of two starts at once. */
async function prepareSchema(databaseUrl: string): Promise<void> {
  const client = openClient(databaseUrl, {
    application_name: 'waybill queue schema',
    connectionTimeoutMillis: CONNECT_MS_MAX,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(`select pg_advisory_lock(hashtext('${ROLE}'))`);
    await runMigrations(client, SCHEMA);
    await client.query(GRANTS);
  } finally {
    await client.end();
  }
}

const GRANTS = `
  do $$
  begin
    begin
      create role ${ROLE} nologin nobypassrls;
    exception when duplicate_object or unique_violation then null; -- another database of this cluster has it
    end;
    begin
      grant ${ROLE} to current_user;
    exception when others then
      if not pg_has_role(current_user, '${ROLE}', 'member') then raise; end if;
    end;
  end $$;
  grant usage on schema ${SCHEMA} to ${ROLE};
  grant select, insert, update, delete on all tables in schema ${SCHEMA} to ${ROLE};
  grant usage, select, update on all sequences in schema ${SCHEMA} to ${ROLE};
  grant execute on all functions in schema ${SCHEMA} to ${ROLE};
`;
