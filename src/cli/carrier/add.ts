import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Scorecard } from '@waybill/adapter-kit';
import { z } from 'zod';
import {
  bundlePackage,
  loadAdapters,
  type PackageDescription,
  readDescription,
} from '../../adapters/index.ts';
import { networkIsolation } from '../../platform/process/contained-process.ts';
import { readConfig } from '../../platform/settings/config.ts';
import {
  hashOfFolder,
  packagesFolder,
  readPackageLock,
  writePackageLock,
} from '../../platform/settings/installed-packages.ts';
import { bundleKit } from './adapter-kit.ts';
import { changePackages } from './change-packages.ts';
import { checkContained } from './check-contained.ts';
import { scorecardJson } from './scorecard-json.ts';

type Print = (line: string) => void;

/** A name and an exact version, as in the registry. */
const NAME_AND_VERSION = /^(?:@[a-z0-9._~-]+\/)?[a-z0-9._~-]+@\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/;
const ARCHIVE = /\.(?:tgz|tar\.gz)$/;
/** A carrier's id, which is also the name of its folder. */
const CARRIER = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const PROBLEMS_SHOWN = 10;

/**
 * `waybill carrier add`: installs a package with a carrier into the data folder, without running
 * its scripts, if the kit rates it bronze or higher. Resolves with the exit code: 1 if the package
 * is refused or the command is interrupted, and then nothing of it remains; 2 for an unusable
 * argument; 3 while another process changes the packages.
 */
export async function carrierAdd(
  wanted: string,
  env: NodeJS.ProcessEnv,
  write: Print,
  writeError: Print,
): Promise<number> {
  const isArchive = ARCHIVE.test(wanted);
  if (isArchive ? !existsSync(wanted) : !NAME_AND_VERSION.test(wanted)) {
    writeError(
      isArchive
        ? `${wanted} does not exist; pack the package with "npm pack".`
        : `"${wanted}" is not NAME@VERSION with an exact version (acme@1.2.3), nor the path of a .tgz file.`,
    );
    return 2;
  }
  const { data } = readConfig(env);
  const packages = packagesFolder(data);
  try {
    return await changePackages(data, writeError, async (interrupted) => {
      const staging = await realpath(await mkdtemp(join(packages, STAGING)));
      const npm: NpmInstall = (folder, names) => npmInstall(folder, names, env, interrupted);
      try {
        const added = await install(isArchive ? resolve(wanted) : wanted, staging, npm);
        const checked = await check(added, join(packages, '.kit'), npm, interrupted, write);
        interrupted.throwIfAborted();
        await accept(added, checked, data);
        const { carrier, level } = checked.card;
        write(`${carrier}: ${added.name} ${added.version} is installed, at ${level}.`);
        write('Restart the hub so that it loads the carrier.');
        return 0;
      } finally {
        await rm(staging, { recursive: true, force: true });
      }
    });
  } catch (error) {
    writeError(`${wanted} is refused: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

/** The beginning of the name of a folder with a package that is not accepted yet. */
const STAGING = '.new-';

/** Installs packages into a folder. */
type NpmInstall = (folder: string, packages: readonly string[]) => Promise<void>;

interface StagedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  /** Its module, as an absolute path. */
  readonly entry: string;
  readonly staging: string;
}

/** Installs the package into an empty folder. Rejects if that fails, or if it has no JavaScript. */
async function install(wanted: string, staging: string, npm: NpmInstall): Promise<StagedPackage> {
  await npm(staging, [wanted]);
  // Throws for links that lead outside, before anything of the package is run.
  hashOfFolder(staging);
  const manifest = JSON.parse(await readFile(join(staging, 'package.json'), 'utf8'));
  const [name = ''] = Object.keys(manifest.dependencies ?? {});
  const lock = JSON.parse(await readFile(join(staging, 'package-lock.json'), 'utf8'));
  const { version = '', integrity = '' } = lock.packages?.[`node_modules/${name}`] ?? {};
  let entry: string;
  try {
    entry = createRequire(join(staging, 'package.json')).resolve(name);
  } catch {
    throw new Error('it exports no module; give the "exports" of its package.json a "default"');
  }
  if (!isInside(staging, entry)) throw new Error('its module is outside the package');
  if (!/\.m?js$/.test(entry)) {
    throw new Error(
      `its module ${relative(staging, entry)} is not JavaScript; build it before it is packed ("prepack")`,
    );
  }
  return { name, version, integrity, entry, staging };
}

/** Runs the kit on the package, and reports what fails. Rejects below bronze. */
async function check(
  { entry, staging }: StagedPackage,
  kitFolder: string,
  npm: NpmInstall,
  interrupted: AbortSignal,
  write: Print,
) {
  await mkdir(kitFolder, { recursive: true });
  const kit = await bundleKit(kitFolder, (packages) => npm(kitFolder, packages));
  if (networkIsolation() === null) {
    write('WARNING: this machine allows no `unshare -n`, so the package can use the network,');
    write('WARNING: while it is checked and in the hub. Only add packages that you trust.');
  }
  const bundled = (path: string) => bundlePackage(path, { within: [staging] });
  const sandboxFile = join(dirname(entry), 'sandbox.js');
  const sandbox = existsSync(sandboxFile) ? await bundled(sandboxFile) : null;
  const script = await bundled(entry);
  const checked = { kit, script, sandbox, entry, folder: staging };
  const verdict = await checkContained(checked, { interrupted });
  interrupted.throwIfAborted();
  if (verdict.kind === 'failed') throw new Error(verdict.message);
  const { card, description } = verdictOf(verdict, staging);
  for (const line of failures(card)) write(line);
  if (card.level === null) throw new Error('it does not reach bronze');
  if (roleOf(description) === 'bridge')
    write('It is a bridge: it can report on parcels of all carriers.');
  return { description, card: { ...card, level: card.level } };
}

/**
 * Validates the result of the checks. The package ran in their process and may have forged it, so
 * names and paths are checked here. Throws if it is invalid.
 */
function verdictOf(
  { card, description }: { readonly card: Scorecard; readonly description: unknown },
  staging: string,
) {
  const read = readDescription(description);
  const name = z.object({ manifest: z.object({ name: z.string() }) }).parse(read.data)
    .manifest.name;
  if (!CARRIER.test(name) || card.carrier !== name) throw new Error('its name is not kebab-case');
  if (!['bronze', 'silver', null].includes(card.level)) {
    throw new Error('its result is forged: these checks prove silver at most');
  }
  if (roleOf(read) === 'own')
    throw new Error('its manifest.role is "own", which is reserved for the hub\'s own couriers');
  if (read.mapping !== null && !isInside(staging, read.mapping)) {
    throw new Error('its mapping is outside the package');
  }
  return { card, description: read };
}

function roleOf({ data }: PackageDescription): unknown {
  return Object(data['manifest']).role;
}

/** Whether a path is inside a folder; neither may contain links. */
function isInside(folder: string, path: string): boolean {
  const inner = relative(folder, path);
  return inner !== '' && !inner.startsWith('..') && !isAbsolute(inner);
}

/** The failures of bronze and silver. Higher levels need a network, and are not checked. */
function failures({ checks }: Scorecard): readonly string[] {
  return checks
    .filter(({ level }) => level === 'bronze' || level === 'silver')
    .filter(({ state }) => state === 'fail' || state === 'skip')
    .slice(0, PROBLEMS_SHOWN)
    .map(({ level, id, problems, note }) => `${level}: ${id}: ${problems[0] ?? note}`);
}

type Checked = Awaited<ReturnType<typeof check>>;

/**
 * Moves the package to its place and records it in the lock file. If this is interrupted, the lock
 * file names either the new package or the one before, and both are complete.
 */
async function accept(
  { name, version, integrity, entry, staging }: StagedPackage,
  { card, description }: Checked,
  data: string,
): Promise<void> {
  const { carrier } = card;
  const { packages } = readPackageLock(data);
  const before = packages[carrier];
  const isOthers = before !== undefined && before.name !== name;
  if (isOthers || (await loadAdapters()).get(carrier) !== undefined) {
    throw new Error(`there already is a carrier "${carrier}"`);
  }
  const inPackage = (path: string) => relative(staging, path);
  const { mapping } = description;
  // A package cannot vouch for itself: what the checks measured is recorded, not what it contains.
  const { checks: _, ...scorecard } = scorecardJson(card);
  const added = {
    ...{ name, version, integrity },
    folder: `${carrier}.${basename(staging).slice(STAGING.length)}`,
    files: hashOfFolder(staging),
    entry: inPackage(entry),
    scorecard: { ...scorecard, level: card.level },
    description: { ...description, mapping: mapping === null ? null : inPackage(mapping) },
  };
  await rename(staging, join(packagesFolder(data), added.folder));
  await writePackageLock(data, { packages: { ...packages, [carrier]: added } });
  if (before !== undefined) {
    await rm(join(packagesFolder(data), before.folder), { recursive: true, force: true });
  }
}

/** Installs packages with npm, without running their scripts. Rejects with npm's error output. */
async function npmInstall(
  folder: string,
  packages: readonly string[],
  env: NodeJS.ProcessEnv,
  interrupted: AbortSignal,
): Promise<void> {
  interrupted.throwIfAborted();
  const project = join(folder, 'package.json');
  if (!existsSync(project)) await writeFile(project, '{ "private": true }\n');
  const options = [
    '--ignore-scripts',
    '--save-exact',
    '--omit=dev',
    '--omit=peer',
    '--omit=optional',
  ];
  const child = spawn(
    'npm',
    ['install', ...options, '--no-audit', '--no-fund', '--loglevel=error', ...packages],
    { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const end = () => child.kill();
  interrupted.addEventListener('abort', end);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const code = await new Promise((resolve, reject) => {
    child.once('error', () => reject(new Error('npm is not installed; it comes with Node.js')));
    child.once('close', resolve);
  });
  interrupted.removeEventListener('abort', end);
  interrupted.throwIfAborted();
  if (code !== 0) throw new Error(`npm cannot install ${packages.join(', ')}: ${complaint.trim()}`);
}
