import { ConfigError, readConfig } from '../platform/config.ts';
import { openDataFolder } from '../platform/data-folder.ts';
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { withoutSecrets } from '../platform/log.ts';
import { migrate, rollBack } from '../platform/migrate.ts';

const FAILED = 1;
const UNUSABLE = 2;

/**
 * `waybill migrate`: for deployments that migrate before they start the new version. The embedded
 * database is started for it, so the hub must be stopped; an external one may be in use.
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
    const { applied } = await withDatabaseUrl(config.databaseUrl, config.data, run);
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

async function withDatabaseUrl<T>(
  external: string | null,
  data: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (external !== null) return work(external);
  const folder = await openDataFolder(data);
  try {
    const server = await startEmbeddedPostgres({ data: folder.path });
    try {
      return await work(server.url);
    } finally {
      await server.stop();
    }
  } finally {
    folder.release();
  }
}
