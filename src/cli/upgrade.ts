import { existsSync } from 'node:fs';
import { withoutSecrets } from '../kernel/wire/secret-texts.ts';
import { backupPlaces } from '../platform/backups/places.sql.ts';
import type { Finding } from '../platform/checkup/finding.ts';
import { systemClock } from '../platform/clock.ts';
import { openClient } from '../platform/database/hosts/connect.ts';
import {
  MIGRATIONS_FOLDER,
  pendingMigrations,
  readMigration,
} from '../platform/database/migrate.ts';
import {
  type Effect,
  isForBothVersions,
  type PlannedMigration,
  planUpgrade,
} from '../platform/database/upgrade-plan.ts';
import { type DatabaseSizes, databaseSizes } from '../platform/database/upgrade-sizes.sql.ts';
import { withDatabaseUrl } from '../platform/database/visit-database.ts';
import { clusterFolder } from '../platform/postgres/cluster.ts';
import { type Config, ConfigError, readConfig } from '../platform/settings/config.ts';
import { ageOfNewest } from './doctor/backups.ts';
import { waybillVersion } from './waybill-version.ts';

const FAILED = 1;
const UNUSABLE = 2;
const NEW = `Waybill ${waybillVersion()} creates all tables: there is no database yet.`;
const GIB = 1_073_741_824;
const MINUTE_S = 60;

/**
 * Runs `waybill upgrade --check`: prints what this version will change in the database, how long that
 * will take, and what to back up. Changes nothing; the database may be in use.
 *
 * @returns the exit code: 1 if the database cannot be upgraded, or its latest backup is too old.
 */
export async function runUpgradeCheck(
  env: NodeJS.ProcessEnv,
  folder: string = MIGRATIONS_FOLDER,
): Promise<number> {
  try {
    const config = readConfig(env);
    if (config.databaseUrl === null && !existsSync(clusterFolder(config.data))) {
      process.stdout.write(`${NEW}\n`);
      return 0;
    }
    const { missing, database } = await withDatabaseUrl(config, async (url) => {
      const missing = await pendingMigrations(url, folder);
      const client = openClient(url);
      await client.connect();
      try {
        const { bytes, tables } = await databaseSizes(client);
        const places = tables.length === 0 ? [] : await backupPlaces(client);
        const backup = ageOfNewest(places, config, systemClock.nowMs());
        return { missing, database: { bytes, tables, backup } };
      } finally {
        await client.end();
      }
    });
    const rows = new Map(database.tables.map((table) => [table.name, table.rowCount]));
    const plan = planUpgrade(
      missing.map((name) => readMigration(name, folder)),
      (table) => rows.get(table) ?? 0,
    );
    process.stdout.write(`${upgradeReport(plan, database, config).join('\n')}\n`);
    const isDue = database.backup.verdict !== 'ok' && database.tables.length > 0;
    return plan.length > 0 && isDue ? FAILED : 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${withoutSecrets(message)}\n`);
    return error instanceof ConfigError ? UNUSABLE : FAILED;
  }
}

interface FoundDatabase extends DatabaseSizes {
  /** The age of its newest backup, as `waybill doctor` judges it. */
  readonly backup: Finding;
}

/** The lines of the report. Pure. */
export function upgradeReport(
  plan: readonly PlannedMigration[],
  database: FoundDatabase,
  config: Pick<Config, 'databaseUrl' | 'data' | 'masterKey' | 'masterKeyFile'>,
): readonly string[] {
  const version = `Waybill ${waybillVersion()}`;
  if (plan.length === 0) return [`${version} needs no change of the database.`];
  if (database.tables.length === 0) return [NEW];
  const totalS = plan.reduce((sum, { durationS }) => sum + durationS, 0);
  return [
    `${version} needs ${plan.length} change${plan.length === 1 ? '' : 's'} of the database:`,
    ...plan.flatMap(({ name, changes, durationS, isReversible }) => [
      `  ${name}: ${lengthOf(durationS)}${isReversible ? '' : '; cannot be undone'}`,
      ...new Set(changes.map(({ effect, table }) => `    ${WORDS[effect](table)}`)),
    ]),
    `Altogether: ${lengthOf(totalS)}.`,
    isForBothVersions(plan)
      ? 'The previous version can work on meanwhile: run `waybill migrate` with this version first.'
      : 'Stop the previous version first: something that it uses is removed.',
    plan.every(({ isReversible }) => isReversible)
      ? 'To return: stop this version, run `waybill migrate --down` once for each change, start the previous version.'
      : 'To return to the previous version, a backup is needed.',
    `Back up: ${backupWords(database, config)}.`,
    `Backups: ${database.backup.found}.${'fix' in database.backup ? ` ${database.backup.fix}` : ''}`,
  ];
}

const WORDS: Readonly<Record<Effect, (table: string) => string>> = {
  adds: (table) => `adds to ${table}`,
  removes: (table) => `removes from ${table}`,
  builds_index: (table) => `builds an index of ${table}, which cannot be written meanwhile`,
  builds_index_in_use: (table) => `builds an index of ${table}, which stays in use`,
  reads_rows: (table) => `reads all rows of ${table}, which cannot be used meanwhile`,
  changes_rows: (table) => `changes rows of ${table}`,
};

function backupWords(
  { bytes }: FoundDatabase,
  { databaseUrl, data, masterKey, masterKeyFile }: Parameters<typeof upgradeReport>[2],
): string {
  const tables = `the database (${(bytes / GIB).toFixed(1)} GiB)`;
  const key =
    masterKey !== null
      ? 'the master key in WAYBILL_MASTER_KEY'
      : `the master key ${masterKeyFile ?? `in ${data}`}`;
  return databaseUrl === null
    ? `${tables} and files with \`waybill backup\`, and ${key}`
    : `${tables}, the data folder ${data}, and ${key}`;
}

/** A rough duration. */
function lengthOf(seconds: number): string {
  if (seconds < 1) return 'under a second';
  if (seconds < MINUTE_S) return `about ${Math.ceil(seconds)} s`;
  return `about ${Math.ceil(seconds / MINUTE_S)} min`;
}
