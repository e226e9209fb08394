import { existsSync } from 'node:fs';
import type { Queryable } from '../database/database.ts';
import { findDurabilityFaults } from '../database/durability.ts';
import { openClient } from '../database/hosts/connect.ts';
import { DatabaseUnfit, pendingMigrations } from '../database/migrate.ts';
import { assertOwnSession, examinePooler } from '../database/pooler/examine-pooler.ts';
import { queryRows } from '../database/query-rows.ts';
import { type DatabasePlace, withDatabaseUrl } from '../database/visit-database.ts';
import { examineCluster } from '../distribution/cluster-check.sql.ts';
import { clusterFolder } from '../postgres/cluster.ts';
import { type Finding, fail, failed, ok, warn } from './finding.ts';

const CONNECT_MS_MAX = 5_000;

/** Checks the database itself. Changes nothing in it; a stopped one is started for the check. */
export async function checkDatabase(
  place: DatabasePlace & { readonly databasePoolerUrl?: string | null },
): Promise<Finding[]> {
  const external = place.databaseUrl !== null;
  if (!external && !existsSync(clusterFolder(place.data))) {
    return [ok('database', 'does not exist yet; the first start creates it')];
  }
  const fix = external
    ? 'Check DATABASE_URL and that the server runs.'
    : 'Fix the problem in the message; postgres/server.log in the data folder may have details.';
  try {
    const pooler = place.databasePoolerUrl ?? null;
    return await withDatabaseUrl(place, (url) => checkServer(url, pooler));
  } catch (error) {
    return [failed('database', error, fix)];
  }
}

/**
 * Checks that the server answers, that commits survive a crash, that migrations have run, and the
 * pooler.
 */
async function checkServer(url: string, poolerUrl: string | null): Promise<Finding[]> {
  await assertOwnSession(url);
  const client = openClient(url, {
    connectionTimeoutMillis: CONNECT_MS_MAX,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const rows = await queryRows<{ version: string }>(
      client,
      "select current_setting('server_version') as version",
    );
    const faults = await findDurabilityFaults(client);
    const migrations = await checkMigrations(url);
    return [
      ok('database', `PostgreSQL ${rows[0]?.version} answers`),
      ...faults.map((fault) => fail('durability', `${fault.setting} is ${fault.found}`, fault.fix)),
      ...(faults.length === 0 ? [ok('durability', 'commits survive a crash')] : []),
      migrations,
      ...(migrations.verdict === 'ok' ? await checkCluster(client) : []),
      // The roles that the pooler's login has to assume exist only after the migrations.
      ...(poolerUrl === null || migrations.verdict !== 'ok'
        ? []
        : [await checkPooler(poolerUrl, url)]),
    ];
  } finally {
    await client.end().catch(() => {});
  }
}

/** Checks the workers of a Citus cluster; empty for a database on one server. */
async function checkCluster(db: Queryable): Promise<Finding[]> {
  const cluster = await examineCluster(db);
  if (cluster === null) return [];
  const { workers, tables, faults, away } = cluster;
  const fix = 'Start it or let its standby take over; its parcels wait until then.';
  const findings = [
    ...faults.map((fault) => fail('cluster', fault.found, fault.fix)),
    ...away.map((node) => fail('cluster', `the worker ${node} does not answer`, fix)),
  ];
  if (findings.length > 0) return findings;
  return [ok('cluster', `${tables} tables are distributed over ${workers} workers`)];
}

async function checkPooler(poolerUrl: string, url: string): Promise<Finding> {
  try {
    const { keepsNames } = await examinePooler(poolerUrl, url);
    const prepared = keepsNames ? 'once' : 'in each transaction (max_prepared_statements is 0)';
    return ok('pooler', `answers; statements are prepared ${prepared}`);
  } catch (error) {
    return failed('pooler', error, 'Check DATABASE_POOLER_URL and that the pooler runs.');
  }
}

async function checkMigrations(url: string): Promise<Finding> {
  const pending = await pendingMigrations(url).catch((error: unknown) => {
    if (error instanceof DatabaseUnfit) return error;
    throw error;
  });
  if (pending instanceof DatabaseUnfit) return fail('migrations', pending.found, pending.fix);
  if (pending.length === 0) return ok('migrations', 'the schema is current');
  const found = `${pending.length} pending, first ${pending[0]}`;
  return warn('migrations', found, 'The next start runs them; or run `waybill migrate` before it.');
}
