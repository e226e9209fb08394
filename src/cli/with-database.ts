import { systemClock, systemRandom } from '../platform/clock.ts';
import { type Config, ConfigError, readConfig } from '../platform/config.ts';
import { openDataFolder } from '../platform/data-folder.ts';
import { type Database, openDatabase } from '../platform/database.ts';
import { startEmbeddedPostgres, urlOfRunningServer } from '../platform/embedded-postgres.ts';
import { findLockHolder } from '../platform/folder-lock.ts';
import { withoutSecrets } from '../platform/log.ts';
import { loadKeyring } from '../platform/master-key.ts';
import { migrate } from '../platform/migrate.ts';
import { createEnvelopeSealer, type EnvelopeSealer } from '../platform/sealing.ts';

/** What a verb that looks into the hub's database works with. */
export interface VerbMachines {
  readonly config: Config;
  readonly database: Database;
  readonly sealer: EnvelopeSealer;
  readonly clock: typeof systemClock;
  readonly randomBytes: typeof systemRandom;
}

const FAILED = 1;
const UNUSABLE = 2;

/**
 * Runs a verb on the hub's database: the external one, the embedded one of a hub that runs on the
 * same data folder, or the embedded one started just for this. Resolves with the exit code; what
 * goes wrong is said on stderr, without secrets.
 */
export async function withDatabase(
  env: NodeJS.ProcessEnv,
  work: (machines: VerbMachines) => Promise<number>,
): Promise<number> {
  try {
    const config = readConfig(env);
    return await withUrl(config, async (url) => {
      const keyring = loadKeyring({
        text: config.masterKey,
        file: config.masterKeyFile,
        data: config.data,
      });
      const database = openDatabase({ url });
      try {
        return await work({
          config,
          database,
          sealer: createEnvelopeSealer(keyring),
          clock: systemClock,
          randomBytes: systemRandom,
        });
      } finally {
        await database.end();
      }
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${withoutSecrets(message)}\n`);
    return error instanceof ConfigError ? UNUSABLE : FAILED;
  }
}

async function withUrl(config: Config, work: (url: string) => Promise<number>): Promise<number> {
  if (config.databaseUrl !== null) return work(config.databaseUrl);
  if ((await findLockHolder(config.data).catch(() => null)) !== null) {
    const url = urlOfRunningServer(config.data);
    if (url === null) throw new Error('The hub on this data folder is just starting; try again.');
    return work(url);
  }
  const folder = await openDataFolder(config.data);
  try {
    const server = await startEmbeddedPostgres({ data: folder.path });
    try {
      await migrate(server.url);
      return await work(server.url);
    } finally {
      await server.stop();
    }
  } finally {
    folder.release();
  }
}
