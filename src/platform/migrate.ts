import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import knexModule, { type Knex } from 'knex';
import pg from 'pg';
import { takeOptions } from './database/pool.ts';

/** The product's own migrations, `migrations/NNNN_verb_noun.ts`. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../migrations', import.meta.url));

export interface MigrationOutcome {
  /** Names of the migrations this call has run, in order. */
  readonly applied: readonly string[];
}

const FILE_NAME = /^\d{4}_[a-z0-9_]+\.ts$/;
/** "waybill" on a phone's keys: a number no other program locks in the same database. */
const LOCK_KEY = 9_292_455;

/**
 * Brings the database up to date. Safe when several start at once: the second waits for the
 * first and then finds nothing to do. All that is pending runs in one transaction, so a failure or
 * a kill in the middle leaves the database as it was.
 */
export async function migrate(
  url: string,
  folder: string = MIGRATIONS_FOLDER,
): Promise<MigrationOutcome> {
  return withMigrator(url, folder, async (knex) => {
    const [, applied] = (await knex.migrate.latest()) as [number, string[]];
    return { applied };
  });
}

/** Undoes the latest batch of migrations; for developers, and for a release that must go back. */
export async function rollBack(
  url: string,
  folder: string = MIGRATIONS_FOLDER,
): Promise<MigrationOutcome> {
  return withMigrator(url, folder, async (knex) => {
    const [, applied] = (await knex.migrate.rollback()) as [number, string[]];
    return { applied };
  });
}

/** Names of migrations that have not run yet. Takes no lock and changes nothing. */
export async function pendingMigrations(
  url: string,
  folder: string = MIGRATIONS_FOLDER,
): Promise<string[]> {
  const client = new pg.Client(takeOptions(url).bare);
  await client.connect();
  try {
    const table = await client.query<{ found: boolean }>(
      `select to_regclass('knex_migrations') is not null as found`,
    );
    if (table.rows[0]?.found !== true) return migrationNames(folder);
    const done = await client.query<{ name: string }>('select name from knex_migrations');
    const names = new Set(done.rows.map(({ name }) => name));
    return migrationNames(folder).filter((name) => !names.has(name));
  } finally {
    await client.end();
  }
}

/**
 * knex marks its own lock in a row, which a kill leaves marked for ever. PostgreSQL's advisory
 * lock ends with the connection, so it is the one that counts, and whoever holds it may clear
 * knex's mark.
 */
async function withMigrator<T>(
  url: string,
  folder: string,
  work: (knex: Knex) => Promise<T>,
): Promise<T> {
  const connectionString = takeOptions(url).bare;
  const guard = new pg.Client({ connectionString, application_name: 'waybill migrate' });
  await guard.connect();
  const knex = knexModule({
    client: 'pg',
    connection: { connectionString },
    pool: { min: 0, max: 1 },
    migrations: { migrationSource: sourceIn(folder) },
    log: QUIET,
  });
  try {
    await guard.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    await knex.migrate.forceFreeMigrationsLock();
    return await work(knex).catch((error: unknown) => {
      throw withoutStatement(error);
    });
  } finally {
    await knex.destroy();
    await guard.end();
  }
}

/** knex would print a failing migration's whole text on top of throwing it. */
const QUIET = { warn() {}, error() {}, debug() {}, deprecate() {} };

/** knex puts the statement, pages of it, before what PostgreSQL said: that and the line suffice. */
function withoutStatement(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const cut = error.message.lastIndexOf(' - ');
  const statement = cut < 0 ? '' : error.message.slice(0, cut);
  const said = cut < 0 ? error.message : error.message.slice(cut + 3);
  const position = 'position' in error ? Number(error.position) : 0;
  const where = position > 0 ? ` in "${lineAt(statement, position)}"` : '';
  return new Error(`The database could not be migrated: ${said}${where}`);
}

/** @param position counts characters from 1, as PostgreSQL does. */
function lineAt(statement: string, position: number): string {
  const start = statement.lastIndexOf('\n', position - 2) + 1;
  const end = statement.indexOf('\n', position - 1);
  return statement.slice(start, end < 0 ? undefined : end).trim();
}

/** knex's own loader would use `require`; `import()` works with TypeScript under tsx and vitest. */
function sourceIn(folder: string): Knex.MigrationSource<string> {
  return {
    getMigrations: () => Promise.resolve(migrationNames(folder)),
    getMigrationName: (name) => name,
    getMigration: async (name) => {
      const loaded: unknown = await import(pathToFileURL(path.join(folder, name)).href);
      if (!isMigration(loaded)) throw new Error(`${name} does not export up() and down()`);
      return loaded;
    },
  };
}

function migrationNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => FILE_NAME.test(name) && !name.endsWith('.test.ts'))
    .sort();
}

function isMigration(value: unknown): value is Knex.Migration {
  return (
    typeof value === 'object' &&
    value !== null &&
    'up' in value &&
    'down' in value &&
    typeof value.up === 'function' &&
    typeof value.down === 'function'
  );
}
