import { existsSync } from 'node:fs';
import { validBootstrapKeys } from '../../merchants/index.ts';
import { type Finding, ok, warn } from '../../platform/checkup/finding.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { withDatabaseUrl } from '../../platform/database/visit-database.ts';
import { clusterFolder } from '../../platform/postgres/cluster.ts';
import type { Config } from '../../platform/settings/config.ts';

const NAME = 'bootstrap keys';

/**
 * Lists the valid bootstrap keys: without the setting, those of earlier settings still open the
 * API.
 */
export function checkBootstrapKeys(
  config: Pick<Config, 'databaseUrl' | 'data' | 'bootstrapKey'>,
): Promise<Finding[]> {
  return withCheckedDatabase(config, async ({ pipeline }) =>
    keyFindings(await validBootstrapKeys(pipeline), config.bootstrapKey !== null),
  );
}

export function keyFindings(
  keys: Awaited<ReturnType<typeof validBootstrapKeys>>,
  isSet: boolean,
): Finding[] {
  if (keys.length === 0) return [];
  const listed = keys
    .map(
      ({ id, prefix, createdAtMs: at }) =>
        `${prefix}… (${id}, ${new Date(at).toISOString().slice(0, 10)})`,
    )
    .join(', ');
  if (keys.length === 1) return [ok(NAME, `${listed} is valid`)];
  const fix = isSet
    ? 'The next start with WAYBILL_BOOTSTRAP_KEY revokes all others.'
    : 'Revoke those that nobody uses, such as one published in a guide: `npx waybill keys revoke ID`.';
  return [warn(NAME, `${keys.length} are valid: ${listed}`, fix)];
}

/**
 * Runs a check on the database. Empty if there is none, if it does not answer, or if its schema is
 * older than the check: the database's own checks report that.
 */
export async function withCheckedDatabase(
  config: Pick<Config, 'databaseUrl' | 'data'>,
  run: (database: Database) => Promise<Finding[]>,
): Promise<Finding[]> {
  if (config.databaseUrl === null && !existsSync(clusterFolder(config.data))) return [];
  try {
    return await withDatabaseUrl(config, async (url) => {
      const database = openDatabase({ url });
      try {
        return await run(database);
      } finally {
        await database.end();
      }
    });
  } catch {
    return [];
  }
}
