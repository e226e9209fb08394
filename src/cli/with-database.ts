import { withoutSecrets } from '../kernel/wire/secret-texts.ts';
import { systemClock, systemRandom } from '../platform/clock.ts';
import { type Database, openDatabase } from '../platform/database/database.ts';
import { migrate } from '../platform/database/migrate.ts';
import { withDatabaseUrl } from '../platform/database/visit-database.ts';
import { loadKeyring } from '../platform/sealing/master-key.ts';
import {
  createEnvelopeSealer,
  type EnvelopeSealer,
  type Keyring,
} from '../platform/sealing/sealing.ts';
import { type Config, ConfigError, readConfig } from '../platform/settings/config.ts';

/** What a verb that uses the hub's database needs. */
export interface VerbMachines {
  readonly config: Config;
  readonly database: Database;
  /** The database's URL for a child process, which has connections of its own. */
  readonly databaseUrl: string;
  readonly keyring: Keyring;
  readonly sealer: EnvelopeSealer;
  readonly clock: typeof systemClock;
  readonly randomBytes: typeof systemRandom;
}

const FAILED = 1;
const UNUSABLE = 2;

/**
 * Runs a verb on the hub's database: the external one, the embedded one of a hub that runs on the
 * same data folder, or the embedded one started just for this. Resolves with the exit code; errors
 * are printed to stderr, without secrets.
 */
export async function withDatabase(
  env: NodeJS.ProcessEnv,
  work: (machines: VerbMachines) => Promise<number>,
): Promise<number> {
  try {
    const config = readConfig(env);
    return await withDatabaseUrl(config, async (url) => {
      await migrate(url);
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
          databaseUrl: url,
          keyring,
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
