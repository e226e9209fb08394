import { existsSync } from 'node:fs';
import { type Finding, fail, ok, warn } from '../../platform/checkup/finding.ts';
import { openDatabase } from '../../platform/database/database.ts';
import { withDatabaseUrl } from '../../platform/database/visit-database.ts';
import { clusterFolder } from '../../platform/postgres/cluster.ts';
import { keyFileOf, loadKeyring } from '../../platform/sealing/master-key.ts';
import type { Config } from '../../platform/settings/config.ts';
import { type KeyUsage, keyUsage } from '../keys/usage.ts';

/** The time limit for one table; counting a large inbox may take longer, and is then left out. */
const COUNT_MS_MAX = 10_000;
const NAME = 'master keys in use';

/**
 * Checks whether every key in use is available. Empty if another check reports why that cannot be
 * known: no database, no key.
 */
export async function checkKeysInUse(config: Config): Promise<Finding[]> {
  const { data, databaseUrl, masterKey: text, masterKeyFile: file } = config;
  if (databaseUrl === null && !existsSync(clusterFolder(data))) return [];
  if (text === null && !existsSync(keyFileOf({ file, data }))) return [];
  try {
    const keyring = loadKeyring({ text, file, data });
    return await withDatabaseUrl(config, async (url) => {
      const database = openDatabase({ url });
      try {
        return findings(await keyUsage(database.pipeline, keyring, COUNT_MS_MAX));
      } finally {
        await database.end();
      }
    });
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return [
      warn(NAME, `unknown: ${found}`, '`waybill keys status` counts them without a time limit.'),
    ];
  }
}

function findings(usage: readonly KeyUsage[]): Finding[] {
  const missing = usage.filter(({ state }) => state === 'missing');
  if (missing.length > 0) {
    return missing.map(({ id, rows }) =>
      fail(
        NAME,
        `${rows} values are sealed under key ${id}, which is not loaded`,
        'Add that key after the first one, separated by a comma: a backup of the key file contains it.',
      ),
    );
  }
  const behind = usage.filter(({ state, rows }) => state === 'opens' && rows > 0);
  if (behind.length === 0) return [ok(NAME, 'all are loaded')];
  return behind.map(({ id, rows }) =>
    warn(
      NAME,
      `${rows} values still need the old key ${id}`,
      '`waybill keys rotate` seals them again.',
    ),
  );
}
