import { existsSync } from 'node:fs';
import pg from 'pg';
import { openDataFolder } from '../data-folder.ts';
import { findDurabilityFaults } from '../database/durability.ts';
import { takeOptions } from '../database/pool.ts';
import { startEmbeddedPostgres, urlOfRunningServer } from '../embedded-postgres.ts';
import { findLockHolder } from '../folder-lock.ts';
import { pendingMigrations } from '../migrate.ts';
import { clusterFolder } from '../postgres/cluster.ts';
import { type Finding, fail, failed, ok, warn } from './finding.ts';

const CONNECT_MS_MAX = 5_000;

/** What an external server, or the embedded one, says of itself. Changes nothing in it. */
export async function checkDatabase(url: string | null, data: string): Promise<Finding[]> {
  if (url !== null) return checkServer(url, 'Check DATABASE_URL and that the server runs.');
  const holder = await findLockHolder(data).catch(() => null);
  if (holder !== null) return checkServer(urlOfRunningServer(data), 'See postgres/server.log.');
  if (!existsSync(clusterFolder(data))) {
    return [ok('database', 'not there yet; the first start makes it')];
  }
  return checkStopped(data);
}

/** The hub does not run: its server is started for the look and stopped again. */
async function checkStopped(data: string): Promise<Finding[]> {
  try {
    const folder = await openDataFolder(data);
    try {
      const server = await startEmbeddedPostgres({ data: folder.path });
      try {
        return await checkServer(server.url, 'See postgres/server.log in the data folder.');
      } finally {
        await server.stop();
      }
    } finally {
      folder.release();
    }
  } catch (error) {
    return [failed('database', error, 'Mend what the message says, then start again.')];
  }
}

async function checkServer(url: string | null, fix: string): Promise<Finding[]> {
  const client = new pg.Client({
    connectionString: url === null ? undefined : takeOptions(url).bare,
    connectionTimeoutMillis: CONNECT_MS_MAX,
  });
  client.on('error', () => {});
  try {
    if (url === null) throw new Error('the server has no socket yet: it is just starting');
    await client.connect();
    const { rows } = await client.query<{ version: string }>(
      "select current_setting('server_version') as version",
    );
    const faults = await findDurabilityFaults(client);
    return [
      ok('database', `PostgreSQL ${rows[0]?.version} answers`),
      ...faults.map((fault) => fail('durability', `${fault.setting} is ${fault.found}`, fault.fix)),
      ...(faults.length === 0 ? [ok('durability', 'commits survive a crash')] : []),
      await checkMigrations(url),
    ];
  } catch (error) {
    return [failed('database', error, fix)];
  } finally {
    await client.end().catch(() => {});
  }
}

async function checkMigrations(url: string): Promise<Finding> {
  const pending = await pendingMigrations(url);
  if (pending.length === 0) return ok('migrations', 'the schema is current');
  const found = `${pending.length} to run, first ${pending[0]}`;
  return warn('migrations', found, 'The next start runs them; or run `waybill migrate` before it.');
}
