import { existsSync } from 'node:fs';
import { placesOf } from '../../app/drops.ts';
import { checkDropPlace } from '../../intake/index.ts';
import { visibleMerchants } from '../../merchants/index.ts';
import { type Finding, fail, failed, ok, warn } from '../../platform/checkup/finding.ts';
import { openDatabase } from '../../platform/database/database.ts';
import { withDatabaseUrl } from '../../platform/database/visit-database.ts';
import { clusterFolder } from '../../platform/postgres/cluster.ts';
import type { Config } from '../../platform/settings/config.ts';

const NAME = 'dropped files';

/** Whether the places for dropped files can be used, and which files there nobody will read. */
export async function checkDrops(config: Config): Promise<Finding[]> {
  const { folder } = config.drops;
  const findings: Finding[] = [];
  if (folder !== null && !existsSync(folder)) {
    const fix = 'Create it, or correct WAYBILL_DROPS.';
    findings.push(fail(NAME, `${folder} does not exist`, fix));
  }
  const slugs = await slugsOf(config);
  for (const { store } of await placesOf(config)) {
    if (folder !== null && store.name === `folder ${folder}` && findings.length > 0) continue;
    try {
      const faults = await checkDropPlace(store, slugs);
      findings.push(...faults.map(({ found, fix }) => warn(NAME, found, fix)));
      if (faults.length === 0) findings.push(ok(NAME, `${store.name} can be read and written`));
    } catch (error) {
      const fix =
        'Check that the hub may read, write and move files there (S3: S3_ENDPOINT, S3_REGION, the access key).';
      findings.push(failed(NAME, error, fix));
    } finally {
      store.close();
    }
  }
  return findings;
}

/** Null without a database; another check says why. */
async function slugsOf(config: Config): Promise<ReadonlySet<string> | null> {
  if (config.databaseUrl === null && !existsSync(clusterFolder(config.data))) return null;
  try {
    return await withDatabaseUrl(config, async (url) => {
      const database = openDatabase({ url });
      try {
        const merchants = await visibleMerchants(database.pipeline);
        return new Set(merchants.map(({ slug }) => slug));
      } finally {
        await database.end();
      }
    });
  } catch {
    return null;
  }
}
