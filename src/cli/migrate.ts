import { withoutSecrets } from '../kernel/wire/secret-texts.ts';
import { migrate, rollBack } from '../platform/database/migrate.ts';
import { withDatabaseUrl } from '../platform/database/visit-database.ts';
import {
  citusStatements,
  currentDatabase,
  readCatalog,
} from '../platform/distribution/catalog.sql.ts';
import { distributionPlan } from '../platform/distribution/distribution-plan.ts';
import { ConfigError, readConfig } from '../platform/settings/config.ts';
import { withDatabase } from './with-database.ts';

const FAILED = 1;
const UNUSABLE = 2;

/**
 * Runs `waybill migrate`, for deployments that migrate before they start the new version, by the
 * same steps as `waybill start`. The database may be in use.
 *
 * @returns the exit code.
 */
export async function runMigrate(
  env: NodeJS.ProcessEnv,
  direction: 'up' | 'down',
): Promise<number> {
  try {
    const config = readConfig(env);
    const run = direction === 'up' ? migrate : rollBack;
    const { applied } = await withDatabaseUrl(config, run);
    const verb = direction === 'up' ? 'applied' : 'undone';
    const lines = applied.map((name) => `${verb} ${name}\n`);
    process.stdout.write(lines.length > 0 ? lines.join('') : 'nothing to do\n');
    return 0;
  } catch (error) {
    process.stderr.write(
      `${withoutSecrets(error instanceof Error ? error.message : String(error))}\n`,
    );
    return error instanceof ConfigError ? UNUSABLE : FAILED;
  }
}

/**
 * Runs `waybill migrate --distribute --print`, which migrates first.
 *
 * @returns the exit code.
 */
export async function runPrintDistribution(
  env: NodeJS.ProcessEnv,
  options: { readonly distribute?: true; readonly print?: true; readonly down?: true },
): Promise<number> {
  if (options.distribute !== true || options.print !== true || options.down === true) {
    process.stderr.write('expected --distribute and --print together, and no --down\n');
    return UNUSABLE;
  }
  return withDatabase(env, async ({ database: { owner } }) => {
    const plan = distributionPlan(await readCatalog(owner));
    const database = await currentDatabase(owner);
    process.stdout.write(citusStatements(plan, database));
    return 0;
  });
}
