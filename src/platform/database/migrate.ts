import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import type pg from 'pg';
import { openClient, urlOfOneServer } from './hosts/connect.ts';
import { takeOptions } from './url-options.ts';

/** The product's own migrations: `migrations/NNNN_verb_noun.sql`. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../migrations', import.meta.url));

interface MigrationOutcome {
  /** The names of the migrations that this call has run, in order. */
  readonly applied: readonly string[];
}

/** This version cannot use the database. */
export class DatabaseUnfit extends Error {
  override readonly name = 'DatabaseUnfit';

  readonly found: string;
  readonly fix: string;

  constructor(found: string, fix: string) {
    super(`${found} ${fix} Nothing was changed.`);
    this.found = found;
    this.fix = fix;
  }
}

const FILE_NAME = /^\d{4}_[a-z0-9_]+\.sql$/;
/** The statements after this line undo the migration. */
const DOWN = /^-- down$/m;
/**
 * A file that begins with this line has one statement, which PostgreSQL does not run in a
 * transaction: `create index concurrently if not exists` for a big table that is in use.
 */
const NO_TRANSACTION = '-- no transaction\n';
const BUILT_INDEX = /^create (?:unique )?index concurrently if not exists (\w+)/m;
/** Development versions before 0.1.0 had migrations in TypeScript. */
const BEFORE_BASELINE = /\.ts$/;
/** "waybill" on a phone's keys: a number that no other program locks in the same database. */
const LOCK_KEY = 9_292_455;
const LOCK_RETRY_MS = 200;
/** The name of the connection that runs migrations. Only the process that holds the lock has one. */
const MIGRATING = 'waybill migrating';
/** PostgreSQL's code of a transaction that was cancelled because of a deadlock. */
const DEADLOCK = '40P01';
/** Each takes a second, PostgreSQL's `deadlock_timeout`. */
const ATTEMPTS_MAX = 20;
/** PostgreSQL ends a statement within milliseconds, if its disk answers. */
const END_MS_MAX = 30_000;

/**
 * Runs the missing migrations, each in a transaction of its own. Safe when several processes start
 * at once: the second waits for the first and then finds nothing to do.
 */
export async function migrate(
  url: string,
  folder: string = MIGRATIONS_FOLDER,
): Promise<MigrationOutcome> {
  // Loading knex takes longer than this query.
  const pending = await pendingMigrations(url, folder);
  if (pending.length === 0) return { applied: [] };
  return withMigrator(url, folder, async (knex) => {
    const applied: string[] = [];
    for (;;) {
      const done = await runNext(knex);
      if (done.length === 0) return { applied };
      applied.push(...done);
    }
  });
}

/**
 * Runs the next migration, again if PostgreSQL cancels it: a hub that works meanwhile may lock the same
 * tables in another order.
 */
async function runNext(knex: Knex): Promise<readonly string[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const [, done] = (await knex.migrate.up()) as [number, string[]];
      return done;
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || codeOf(error) !== DEADLOCK) throw error;
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}

/** Undoes the latest migration, if it says how. */
export async function rollBack(
  url: string,
  folder: string = MIGRATIONS_FOLDER,
): Promise<MigrationOutcome> {
  await pendingMigrations(url, folder);
  return withMigrator(url, folder, async (knex) => {
    const [, applied] = (await knex.migrate.down()) as [number, string[]];
    return { applied };
  });
}

/**
 * Returns the names of migrations that have not run yet. Takes no lock and changes nothing.
 *
 * @throws DatabaseUnfit if the database has run migrations that this version does not have.
 */
export async function pendingMigrations(
  url: string,
  folder: string = MIGRATIONS_FOLDER,
): Promise<readonly string[]> {
  const names = migrationNames(folder);
  const done = await finishedMigrations(url);
  assertKnown(done, names);
  return names.filter((name) => !done.includes(name));
}

/** Returns the migrations that have run, oldest first. */
async function finishedMigrations(url: string): Promise<readonly string[]> {
  const client = openClient(url);
  await client.connect();
  try {
    const table = await client.query<{ found: boolean }>(
      `select to_regclass('knex_migrations') is not null as found`,
    );
    if (table.rows[0]?.found !== true) return [];
    const done = await client.query<{ name: string }>(
      'select name from knex_migrations order by name',
    );
    return done.rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** Throws `DatabaseUnfit` if the database has run a migration that this version does not know. */
function assertKnown(done: readonly string[], names: readonly string[]): void {
  const unknown = done.filter((name) => !names.includes(name)).at(-1);
  if (unknown === undefined) return;
  if (BEFORE_BASELINE.test(unknown)) {
    throw new DatabaseUnfit(
      `The database was created by a development version before 0.1.0 (its latest migration is ${unknown}); ` +
        `this version begins with ${names[0]} and cannot migrate it.`,
      'Start with an empty database: set DATABASE_URL to a new one, or WAYBILL_DATA to an empty folder. ' +
        'To carry data over, export it with the old version and import it with this one, as ' +
        'docs/upgrading.md says.',
    );
  }
  throw new DatabaseUnfit(
    `The database is newer than this version of Waybill: it has run ${unknown}, and the latest migration ` +
      `of this version is ${names.at(-1)}.`,
    'Start the version that migrated it, or a later one.',
  );
}

/**
 * Runs `work` with knex under our own lock. knex marks its lock in a row, which stays marked for
 * ever after a kill. PostgreSQL's advisory lock ends with the connection, so it is the one that
 * counts, and its holder may clear knex's mark.
 */
async function withMigrator<T>(
  url: string,
  folder: string,
  work: (knex: Knex) => Promise<T>,
): Promise<T> {
  const guard = openClient(url, { application_name: 'waybill migrate' });
  await guard.connect();
  const { default: knexModule } = await import('knex');
  const knex = knexModule({
    client: 'pg',
    connection: async () => ({
      connectionString: await urlOfOneServer(url),
      options: takeOptions(url).options,
      application_name: MIGRATING,
    }),
    pool: { min: 0, max: 1 },
    migrations: { migrationSource: sourceIn(folder) },
    log: QUIET,
  });
  try {
    await lock(guard);
    await endFormer(guard);
    await knex.migrate.forceFreeMigrationsLock();
    return await work(knex).catch((error: unknown) => {
      throw withoutStatement(error);
    });
  } finally {
    await knex.destroy();
    await guard.end();
  }
}

/**
 * Takes the lock by polling. A statement that waits for it would hold a snapshot, and an index that
 * is built concurrently waits for the end of all snapshots, so each would wait for the other.
 */
async function lock(guard: pg.Client): Promise<void> {
  const text = 'select pg_try_advisory_lock($1) as locked';
  for (;;) {
    const { rows } = await guard.query<{ locked: boolean }>(text, [LOCK_KEY]);
    if (rows[0]?.locked === true) return;
    await sleep(LOCK_RETRY_MS);
  }
}

/**
 * Ends the statement of a process that was killed. PostgreSQL continues it, because it does not notice
 * that a client is gone while it works for it.
 */
async function endFormer(guard: pg.Client): Promise<void> {
  await guard.query(
    `select pg_terminate_backend(pid, $2) from pg_stat_activity
     where datname = current_database() and application_name = $1`,
    [MIGRATING, END_MS_MAX],
  );
}

/** A silent logger: knex would print a failing migration's whole text besides throwing it. */
const QUIET = { warn() {}, error() {}, debug() {}, deprecate() {} };

/**
 * Removes the statement that knex puts before PostgreSQL's message: the message and the line
 * suffice.
 */
function withoutStatement(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const cut = error.message.lastIndexOf(' - ');
  const statement = cut < 0 ? '' : error.message.slice(0, cut);
  const message = cut < 0 ? error.message : error.message.slice(cut + 3);
  const position = 'position' in error ? Number(error.position) : 0;
  const where = position > 0 ? ` in "${lineAt(statement, position)}"` : '';
  return new Error(`The database could not be migrated: ${message}${where}`);
}

/**
 * Returns the line of a statement at a position.
 *
 * @param position counts characters from 1, as PostgreSQL does.
 */
function lineAt(statement: string, position: number): string {
  const start = statement.lastIndexOf('\n', position - 2) + 1;
  const end = statement.indexOf('\n', position - 1);
  return statement.slice(start, end < 0 ? undefined : end).trim();
}

/** Returns the statements of a migration; `down` is null if it cannot be undone. */
export function readMigration(
  name: string,
  folder: string = MIGRATIONS_FOLDER,
): { readonly name: string; readonly up: string; readonly down: string | null } {
  const [up = '', down = null] = readFileSync(path.join(folder, name), 'utf8').split(DOWN);
  return { name, up, down };
}

/** Reads the migrations from SQL files; knex's own loader reads JavaScript only. */
function sourceIn(folder: string): Knex.MigrationSource<string> {
  return {
    getMigrations: () => Promise.resolve([...migrationNames(folder)]),
    getMigrationName: (name) => name,
    getMigration: (name) => {
      const { up, down } = readMigration(name, folder);
      return Promise.resolve({
        up: async (knex) => {
          await dropUnfinishedIndex(knex, up);
          await run(knex, up);
        },
        down: (knex) => {
          if (down === null) throw new Error(`${name} cannot be undone: it has no "-- down"`);
          return run(knex, down);
        },
        config: { transaction: !up.startsWith(NO_TRANSACTION) },
      });
    },
  };
}

/**
 * Drops an index whose build was cut off before. No query uses it, and `if not exists` would keep it
 * as it is.
 */
async function dropUnfinishedIndex(knex: Knex, up: string): Promise<void> {
  const index = BUILT_INDEX.exec(up)?.[1];
  if (index === undefined) return;
  const { rows } = await knex.raw(
    'select from pg_index where indexrelid = to_regclass(?) and not indisvalid',
    [index],
  );
  if (rows.length > 0) await knex.raw('drop index concurrently ??', [index]);
}

/** Runs SQL. knex treats each ? as a parameter unless it is escaped. */
function run(knex: Knex, sql: string): Promise<void> {
  return Promise.resolve(knex.raw(sql.replaceAll('?', '\\?')));
}

/** Returns the names of all migrations, in the order in which they run. */
export function migrationNames(folder: string = MIGRATIONS_FOLDER): readonly string[] {
  return readdirSync(folder)
    .filter((name) => FILE_NAME.test(name))
    .sort();
}
