import { withDatabase } from '../with-database.ts';
import { citusStatements, readCatalog } from './catalog.sql.ts';
import { distributionPlan } from './distribution-plan.ts';

const UNUSABLE = 2;

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
  return withDatabase(env, async ({ database }) => {
    const plan = distributionPlan(await readCatalog(database.owner));
    process.stdout.write(citusStatements(plan));
    return 0;
  });
}
