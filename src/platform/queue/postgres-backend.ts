import { createPostgresBackend, isPgPool, runMigrations, withBackend } from 'bullmq';
import type pg from 'pg';
import { connectingTo, openClient } from '../database/hosts/connect.ts';
import { openPool, withConnection } from '../database/pool.ts';
import { takeOptions } from '../database/url-options.ts';
import type { JobBackend, WakeData } from './redis-backend.ts';

interface PostgresBackendOptions {
  /** The URL for the login that owns the tables: it creates the queue's schema if it is missing. */
  readonly databaseUrl: string;
  readonly name: string;
  readonly onError: (error: Error) => void;
}

/**
 * The most handlers at once: with 20 in the whole database, BullMQ's functions sometimes deadlock;
 * with 5 that was never observed.
 */
const CONCURRENCY = 5;

/** Two connections that listen and a few that query; they are nearly always idle. */
const CONNECTIONS_MAX = 6;

const CONNECT_MS_MAX = 10_000;

/** Storing a wake-up takes a few milliseconds; a longer wait means trouble elsewhere. */
const LOCK_WAIT_MS = 5_000;

const LOCK_CLASS = 0x5742_0005;

/** BullMQ's default; a pool that was created outside of it cannot use another schema. */
const SCHEMA = 'bullmq';

const ROLE = 'waybill_queue';

/**
 * Opens BullMQ's own PostgreSQL backend, in a schema of its own, with a role that can reach nothing
 * else: the queue's code is not ours, and reads no tenant's row.
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
  // The types of pg and of BullMQ differ in an overload of the same pool; at run time it is one.
  if (!isPgPool(connection)) throw new Error('pg made no pool');
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const queue = new Queue<WakeData>(options.name, { connection });
  await queue.setGlobalConcurrency(CONCURRENCY);
  return {
    kind: 'postgres',
    concurrencyMax: CONCURRENCY,
    queue,
    exclusive: (key, work) => withLock(locks, key, work),
    makeWorker: (work, settings) =>
      new Worker<WakeData, void>(options.name, work, { connection, ...settings }),
    async close() {
      await Promise.all([connection.end(), locks.end()]);
    },
  };
}

/** Runs `work` with a lock that ends with the connection, so a killed process leaves none. */
function withLock<T>(locks: pg.Pool, key: string, work: () => Promise<T>): Promise<T> {
  return withConnection(locks, async (client) => {
    await client.query('select pg_advisory_lock($1, hashtext($2))', [LOCK_CLASS, key]);
    try {
      return await work();
    } finally {
      await client.query('select pg_advisory_unlock($1, hashtext($2))', [LOCK_CLASS, key]);
    }
  });
}

/**
 * Creates the schema. BullMQ's migrations lock out each other; our lock is for the grants of
 * concurrent starts.
 */
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
