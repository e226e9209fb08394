import { existsSync } from 'node:fs';
import type { Finding } from '../../platform/checkup/finding.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { withDatabaseUrl } from '../../platform/database/visit-database.ts';
import { clusterFolder } from '../../platform/postgres/cluster.ts';
import type { Config } from '../../platform/settings/config.ts';

/**
 * What a look into the database finds. Nothing where there is none, where it does not answer, or where its
 * schema is from before what is looked for: the database's own checks say so.
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
