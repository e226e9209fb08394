import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of one command: a download of some megabytes. */
const INSTALL_MS_MAX = 240_000;

/** Packages from npm that are no dependency of this repository. */
export interface NpmPackages {
  /** Why this machine cannot have them; null: it has. */
  readonly missing: string | null;
  load<T>(name: string): T;
  remove(): void;
}

/** Installs packages into a temporary folder, without running their scripts. */
export function installNpm(...packages: readonly string[]): NpmPackages {
  const home = mkdtempSync(join(tmpdir(), 'waybill-npm-'));
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, stderr, error } = spawnSync(
    'npm',
    ['install', '--prefix', home, ...options, ...packages],
    { encoding: 'utf8', timeout: INSTALL_MS_MAX },
  );
  const missing = status === 0 ? null : (error?.message ?? stderr.trim().split('\n').at(-1) ?? '');
  if (missing !== null) process.stderr.write(`SKIPPED: ${packages.join(', ')}: ${missing}\n`);
  const require = createRequire(join(home, 'main.js'));
  return {
    missing,
    load: (name) => require(name),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
