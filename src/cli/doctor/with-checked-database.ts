import { existsSync } from 'node:fs';
import type { Finding } from '../../platform/checkup/finding.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { withDatabaseUrl } from '../../platform/database/visit-database.ts';
import { clusterFolder } from '../../platform/postgres/cluster.ts';
import type { Config } from '../../platform/settings/config.ts';

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
