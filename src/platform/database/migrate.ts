import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import type pg from 'pg';
import { importModule } from '../import-module.ts';
import { openClient, urlOfOneServer } from './hosts/connect.ts';

/** The product's own migrations, `migrations/<from>-<to>/NNNN_verb_noun.ts`. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../migrations', import.meta.url));

export interface MigrationOutcome {
  /** Names of the migrations this call has run, in order. */
  readonly applied: readonly string[];
}

const FILE_NAME = /^\d{4}_[a-z0-9_]+\.ts$/;
/** A folder holds at most twenty; a database knows them by their file names alone. */
const FOLDER_NAME = /^\d{4}-\d{4}$/;
/** "waybill" on a phone's keys: a number no other program locks in the same database. */
const LOCK_KEY = 9_292_455;
/** How often one that waits for another asks whether it is done. */
const ASK_EVERY_MS = 200;

/**
 * Brings the database up to date. Safe when several start at once: the second waits for the
 * first and then finds nothing to do. What is pending runs in one transaction, so a failure or a
 * kill in the middle leaves the database as it was. A migration that says `config = { transaction:
 * false }`, because it takes its time on big tables that are in use, is a step of its own, committed
 * as it goes: it must find its way when it begins again after a cut.
 */
export async function migrate(
  url: string,
  folder: string = MIGRATIONS_FOLDER,
): Promise<MigrationOutcome> {
  // knex takes longer to load than PostgreSQL to say that there is nothing to do.
  const { pending, isNewer } = await compare(url, folder);
  if (pending.length === 0 && !isNewer) return { applied: [] };
  return withMigrator(url, async (knex) => {
    const applied: string[] = [];
    for (const names of await stepsOf(url, folder)) {
      const config = { migrationSource: sourceIn(folder, names) };
      const [, done] = (await knex.migrate.latest(config)) as [number, string[]];
      applied.push(...done);
    }
    // What one call did, one call undoes.
    if (applied.length > 1) {
      const first = knex('knex_migrations').where({ name: applied[0] }).select('batch');
      await knex('knex_migrations').whereIn('name', applied).update({ batch: first });
    }
    return { applied };
  });
}

/**
 * The names that a step knows: those that are done, and those it is to run. There is always one, so
 * that a database that is newer than these files is noticed.
 */
async function stepsOf(url: string, folder: string): Promise<ReadonlySet<string>[]> {
  const pending = await pendingMigrations(url, folder);
  const steps: Set<string>[] = [];
  const known = new Set(migrationNames(folder).filter((name) => !pending.includes(name)));
  let isAlone = true;
  for (const name of pending) {
    const goesAlone = (await loadMigration(folder, name)).config?.transaction === false;
    if (goesAlone || isAlone) steps.push(new Set(known));
    isAlone = goesAlone;
    known.add(name);
    steps.at(-1)?.add(name);
  }
  return steps.length === 0 ? [known] : steps;
}

/**
 * Undoes the latest batch of migrations, all in one transaction; for developers, and for a release
 * that must go back.
 */
export async function rollBack(
  url: string,
  folder: string = MIGRATIONS_FOLDER,
): Promise<MigrationOutcome> {
  return withMigrator(url, async (knex) => {
    const config = { migrationSource: sourceIn(folder, null) };
    const [, applied] = (await knex.migrate.rollback(config)) as [number, string[]];
    return { applied };
  });
}

/** Names of migrations that have not run yet. Takes no lock and changes nothing. */
export async function pendingMigrations(
  url: string,
  folder: string = MIGRATIONS_FOLDER,
): Promise<readonly string[]> {
  return (await compare(url, folder)).pending;
}

interface Compared {
  readonly pending: readonly string[];
  /** The database has run migrations that these files do not know. */
  readonly isNewer: boolean;
}

async function compare(url: string, folder: string): Promise<Compared> {
  const client = openClient(url);
  await client.connect();
  try {
    const table = await client.query<{ found: boolean }>(
      `select to_regclass('knex_migrations') is not null as found`,
    );
    const names = migrationNames(folder);
    if (table.rows[0]?.found !== true) return { pending: names, isNewer: false };
    const done = await client.query<{ name: string }>('select name from knex_migrations');
    const ran = new Set(done.rows.map(({ name }) => name));
    return {
      pending: names.filter((name) => !ran.has(name)),
      isNewer: [...ran].some((name) => !names.includes(name)),
    };
  } finally {
    await client.end();
  }
}

/**
 * knex marks its own lock in a row, which a kill leaves marked for ever. PostgreSQL's advisory
 * lock ends with the connection, so it is the one that counts, and whoever holds it may clear
 * knex's mark.
 */
async function withMigrator<T>(url: string, work: (knex: Knex) => Promise<T>): Promise<T> {
  const guard = openClient(url, { application_name: 'waybill migrate' });
  await guard.connect();
  const { default: knexModule } = await import('knex');
  const knex = knexModule({
    client: 'pg',
    connection: async () => ({ connectionString: await urlOfOneServer(url) }),
    pool: { min: 0, max: 1 },
    log: QUIET,
  });
  try {
    await lockOf(guard);
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
 * Asks again and again: a statement that waits for the lock holds a snapshot, for whose end an index
 * that is built concurrently waits in turn, and so each would wait for the other.
 */
async function lockOf(guard: pg.Client): Promise<void> {
  const text = 'select pg_try_advisory_lock($1) as locked';
  for (;;) {
    const { rows } = await guard.query<{ locked: boolean }>(text, [LOCK_KEY]);
    if (rows[0]?.locked === true) return;
    await sleep(ASK_EVERY_MS);
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

/** Those names of the folder; null: all, and each in the transaction of the others. */
function sourceIn(folder: string, names: ReadonlySet<string> | null): Knex.MigrationSource<string> {
  const wanted = migrationNames(folder).filter((name) => names === null || names.has(name));
  return {
    getMigrations: () => Promise.resolve(wanted),
    getMigrationName: (name) => name,
    getMigration: async (name) => {
      const migration = await loadMigration(folder, name);
      return names === null ? { up: migration.up, down: migration.down } : migration;
    },
  };
}

/** knex's own loader would use `require`, which does not run TypeScript. */
async function loadMigration(folder: string, name: string): Promise<OwnMigration> {
  const file = migrationFiles(folder).get(name);
  if (file === undefined) throw new Error(`there is no migration ${name}`);
  const loaded: unknown = await importModule(file);
  if (!isMigration(loaded)) throw new Error(`${name} does not export up() and down()`);
  return loaded;
}

function migrationNames(folder: string): string[] {
  return [...migrationFiles(folder).keys()].sort();
}

/** Where each migration is, by its name: in the folder itself, or in one named for its numbers. */
export function migrationFiles(folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const inner = path.join(folder, entry.name);
    if (entry.isDirectory() && FOLDER_NAME.test(entry.name)) {
      for (const name of readdirSync(inner)) {
        if (FILE_NAME.test(name)) files.set(name, path.join(inner, name));
      }
    } else if (FILE_NAME.test(entry.name)) files.set(entry.name, inner);
  }
  return files;
}

interface OwnMigration extends Required<Knex.Migration> {
  readonly config?: { readonly transaction?: boolean };
}

function isMigration(value: unknown): value is OwnMigration {
  return (
    typeof value === 'object' &&
    value !== null &&
    'up' in value &&
    'down' in value &&
    typeof value.up === 'function' &&
    typeof value.down === 'function'
  );
}
