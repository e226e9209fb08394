import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { MIGRATIONS_FOLDER, migrate } from '../../src/platform/database/migrate.ts';

/** The rows of a released version's database, as that version wrote them. */
export interface Fixture extends Head {
  /** By table, each in the order of the file. */
  readonly tables: ReadonlyMap<string, readonly Row[]>;
}

/** The first line of a fixture's file. Each further line is one row: its table and its columns. */
export interface Head {
  readonly version: string;
  /** The time of the newest rows. */
  readonly frozenAt: string;
  /** What that version's database has run. */
  readonly migrations: readonly string[];
  /** Statements that create the partitions of that day. */
  readonly partitions: readonly string[];
  /** The last value of each sequence. */
  readonly sequences: Readonly<Record<string, string>>;
}

export type Row = Readonly<Record<string, unknown>>;

export const FIXTURES_FOLDER = fileURLToPath(new URL('fixtures', import.meta.url));
/** Of the keys in fixtures: for tests only. */
export const FIXTURE_MASTER_KEY = 'ab'.repeat(32);

export function fixtureVersions(): readonly string[] {
  return readdirSync(FIXTURES_FOLDER)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name.slice(0, -'.jsonl'.length).replaceAll('-', '.'));
}

export function fixtureFile(version: string): string {
  return `${version.replaceAll('.', '-')}.jsonl`;
}

export function readFixture(version: string): Fixture {
  const text = readFileSync(path.join(FIXTURES_FOLDER, fixtureFile(version)), 'utf8');
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const tables = new Map<string, Row[]>();
  for (const line of lines) {
    const [table, row] = JSON.parse(line) as [string, Row];
    const rows = tables.get(table) ?? [];
    tables.set(table, rows);
    rows.push(row);
  }
  return { ...(JSON.parse(head) as Head), tables };
}

/** The name of the file with checksums, which `sha256sum -c` reads. */
export const SUMS = 'checksums.txt';

/** The checksums of all frozen files. */
export function readSums(): Map<string, string> {
  const text = readFileSync(path.join(FIXTURES_FOLDER, SUMS), 'utf8');
  const lines = text.trimEnd().split('\n');
  return new Map(lines.map((line) => [line.slice(SUM_LENGTH + 2), line.slice(0, SUM_LENGTH)]));
}

const SUM_LENGTH = 64;

/** A fixture and the migrations that it has run, relative to the folder of the fixtures. */
export function frozenFiles(version: string): readonly string[] {
  const folder = path.relative(FIXTURES_FOLDER, MIGRATIONS_FOLDER);
  const migrations = readFixture(version).migrations.map((name) => path.join(folder, name));
  return [fixtureFile(version), ...migrations];
}

export function sumOf(file: string): string {
  const bytes = readFileSync(path.join(FIXTURES_FOLDER, file));
  return createHash('sha256').update(bytes).digest('hex');
}

/** A folder with some of the migrations, to which others are added. */
export function migrationSteps(names: readonly string[]) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-migrations-'));
  const add = (name: string) =>
    copyFileSync(path.join(MIGRATIONS_FOLDER, name), path.join(folder, name));
  for (const name of names) add(name);
  return { folder, add, remove: () => rmSync(folder, { recursive: true }) };
}

/** Makes an empty database that of the fixture's version, with its rows. */
export async function loadFixture(url: string, db: pg.Client, fixture: Fixture): Promise<void> {
  const steps = migrationSteps(fixture.migrations);
  await migrate(url, steps.folder);
  steps.remove();
  for (const statement of fixture.partitions) await db.query(statement);
  // No triggers: what they would write is in the fixture.
  await db.query('set session_replication_role = replica');
  for (const [table, rows] of fixture.tables) {
    await db.query(`delete from ${table}`);
    const columns = (await storedColumns(db, table)).join(', ');
    await db.query(
      `insert into ${table} (${columns}) overriding system value
       select ${columns} from json_populate_recordset(null::${table}, $1)`,
      [JSON.stringify(rows)],
    );
  }
  for (const [sequence, value] of Object.entries(fixture.sequences))
    await db.query('select setval($1, $2)', [sequence, value]);
  await db.query('reset session_replication_role');
}

/** The rows of the fixture that are not in the database with the same values, by table. */
export async function changedRows(
  db: pg.Client,
  { tables }: Fixture,
): Promise<Readonly<Record<string, unknown[]>>> {
  const changed: Record<string, unknown[]> = {};
  for (const [table, rows] of tables) {
    const columns = Object.keys(rows[0] ?? {})
      .map((column) => `"${column}"`)
      .join(', ');
    const { rows: missing } = await db.query(
      `select to_jsonb(f) as row
       from (select ${columns} from json_populate_recordset(null::${table}, $1)) as f
       except all select to_jsonb(f) from (select ${columns} from ${table}) as f`,
      [JSON.stringify(rows)],
    );
    if (missing.length > 0) changed[table] = missing;
  }
  return changed;
}

/** All but those that PostgreSQL computes. */
async function storedColumns(db: pg.Client, table: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select quote_ident(attname) as name from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  );
  return rows.map(({ name }) => name);
}
