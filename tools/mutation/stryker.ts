import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/**
 * Stryker, which changes code to see whether a test notices. Only `npm run test:mutation` needs its
 * 167 packages, so they are not in the package.json of the repository: they are installed here on
 * first use, and again after package-lock.json has changed. Vitest is the repository's, which Node.js
 * finds further up.
 */
const FOLDER = import.meta.dirname;
const LOCK = path.join(FOLDER, 'package-lock.json');
/** What the installed packages were installed from; `npm ci` removes it with them. */
const INSTALLED_LOCK = path.join(FOLDER, 'node_modules/.installed-lock.json');

/** The parts in use. Types of the packages cannot be imported: they may not be installed. */
interface Core {
  readonly Stryker: new (
    options: Readonly<Record<string, unknown>>,
  ) => { runMutationTest(): Promise<readonly MutantResult[]> };
}

export interface Instrumentation {
  readonly Instrumenter: new (
    log: Readonly<Record<string, unknown>>,
  ) => {
    instrument(
      files: readonly { name: string; content: string; mutate: boolean }[],
      options: { plugins: null; excludedMutations: string[]; ignorers: unknown[] },
    ): Promise<{ readonly mutants: readonly { readonly location: Location }[] }>;
  };
}

interface Location {
  readonly start: { readonly line: number; readonly column: number };
}

export interface MutantResult {
  readonly fileName: string;
  readonly location: Location;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
}

export async function loadStryker(): Promise<Core & Instrumentation> {
  if (!isInstalled()) install();
  const [core, instrumentation] = await Promise.all([
    importPackage('@stryker-mutator/core'),
    importPackage('@stryker-mutator/instrumenter'),
  ]);
  return { ...(core as Core), ...(instrumentation as Instrumentation) };
}

const isInstalled = (): boolean =>
  existsSync(INSTALLED_LOCK) && readFileSync(INSTALLED_LOCK).equals(readFileSync(LOCK));

function install(): void {
  process.stderr.write(
    'Installing Stryker and what it needs (167 packages, 36 MB) in tools/mutation/node_modules …\n',
  );
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  const { status, error } = spawnSync(
    'npm',
    [...args, '--loglevel=error', '--fetch-retries=1', '--prefix', FOLDER],
    { cwd: FOLDER, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (status !== 0) {
    const cause = error === undefined ? '' : ` (${error.message})`;
    process.stderr.write(
      `Stryker could not be installed${cause}. The first run of npm run test:mutation needs the npm ` +
        'registry or a warm cache; check the connection and run it again.\n',
    );
    process.exit(1);
  }
  copyFileSync(LOCK, INSTALLED_LOCK);
}

/** The name is not a literal, so that the type checker does not look for the package. */
const importPackage = (name: string): Promise<unknown> => import(name);
