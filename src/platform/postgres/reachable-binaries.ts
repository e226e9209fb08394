import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findPostgresBinaries, type PostgresBinaries, PostgresBinariesError } from './binaries.ts';
import { cleanEnv } from './program.ts';
import type { Account, RunAs } from './run-as.ts';

/** Where root stores a copy that every account can reach: the first of these that works. */
const COPY_PLACES: readonly string[] = [
  '/var/cache/waybill',
  path.join(os.tmpdir(), 'waybill-cache'),
  '/tmp/waybill-cache',
];
/** The package's folder; its list of library links begins with this name. */
const NATIVE = 'native';
const PROBE_MS_MAX = 10_000;
const FOLDER_MODE = 0o755;
const PROGRAM_MODE = 0o755;
const FILE_MODE = 0o644;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Returns the programs in a place where the account of `runAs` can run them. An installation below
 * a 0700 folder, or one made with umask 077, is closed to that account. A descriptor does not help
 * here, because PostgreSQL resolves its own path to find its files. So root copies the programs (60
 * MB, once per version) to a place that can be reached.
 */
export function findReachableBinaries(
  spareFolder: string,
  runAs: RunAs,
  options: { nativeFolder?: string; places?: readonly string[] } = {},
): PostgresBinaries {
  const found = findPostgresBinaries(spareFolder, options.nativeFolder);
  if (runAs.account === null) return found;
  const why = whyNotRunnable(found, runAs);
  if (why === null) return found;
  const native = path.dirname(path.dirname(found.initdb));
  const attempts = [`${native}: ${why}`];
  for (const place of options.places ?? COPY_PLACES) {
    try {
      const copy = findPostgresBinaries(spareFolder, copyInto(place, native));
      const problem = whyNotRunnable(copy, runAs);
      if (problem === null) return copy;
      attempts.push(`${place}: ${problem}`);
    } catch (error) {
      attempts.push(`${place}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new PostgresBinariesError(...explainUnreachable(runAs.account, native, attempts));
}

function explainUnreachable(
  { name }: Account,
  native: string,
  attempts: readonly string[],
): [message: string, fix: string] {
  const checkout = native.split(`${path.sep}node_modules${path.sep}`)[0] ?? native;
  return [
    `PostgreSQL refuses to run as root, and account ${name} cannot run its programs (${attempts.join('; ')})`,
    `Move ${checkout} to a folder that every account can reach, such as /opt; ` +
      `or make ${COPY_PLACES[0]} a folder that root can write and account ${name} can run programs in; ` +
      'or start as a plain user, from a folder of theirs; ' +
      'or set DATABASE_URL to a PostgreSQL server of your own.',
  ];
}

/**
 * Returns why the account cannot run the programs, or null: initdb searches for the server and its
 * files as in a real run, and prints what it found.
 */
function whyNotRunnable(binaries: PostgresBinaries, runAs: RunAs): string | null {
  const [command = '', ...args] = [...runAs.prefix, binaries.initdb, '--show', '--pgdata=/'];
  const { status, error, stderr } = spawnSync(command, args, {
    ...runAs.spawnAs,
    cwd: '/',
    env: cleanEnv(binaries),
    encoding: 'utf8',
    timeout: PROBE_MS_MAX,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status === 0) return null;
  return error?.message ?? (stderr.trim().split('\n')[0] || `exited with ${status}`);
}

/**
 * Copies the programs under another name first, so that a concurrent start never finds half of
 * them.
 */
function copyInto(place: string, native: string): string {
  mkdirSync(place, { recursive: true });
  assertOurs(place);
  chmodSync(place, FOLDER_MODE);
  const copy = path.join(place, nameOf(native));
  if (lstatSync(copy, { throwIfNoEntry: false }) === undefined) {
    const draft = mkdtempSync(path.join(place, 'new-'));
    try {
      chmodSync(draft, FOLDER_MODE);
      copyFolder(native, path.join(draft, NATIVE));
      moveTo(copy, draft);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  assertOurs(copy);
  return path.join(copy, NATIVE);
}

/**
 * Throws unless root alone may write to the folder: programs that another account put there must
 * not be run.
 */
function assertOurs(folder: string): void {
  const stat = lstatSync(folder);
  if (stat.isDirectory() && stat.uid === 0 && (stat.mode & WRITABLE_BY_OTHERS) === 0) return;
  throw new Error(`${folder} is not a folder that only root can write`);
}

/**
 * Returns the copy's name, which contains the package's version, so that a new version is copied
 * again.
 */
function nameOf(native: string): string {
  const manifest: unknown = JSON.parse(
    readFileSync(path.join(path.dirname(native), 'package.json'), 'utf8'),
  );
  const { version } = manifest as { readonly version?: unknown };
  return `postgresql-${process.platform}-${process.arch}-${String(version)}`;
}

/** Copies a folder, readable by every account whatever the umask at installation was. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to);
  chmodSync(to, FOLDER_MODE);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    const target = path.join(to, entry.name);
    if (entry.isSymbolicLink()) {
      symlinkSync(readlinkSync(source), target);
    } else if (entry.isDirectory()) {
      copyFolder(source, target);
    } else {
      copyFileSync(source, target);
      chmodSync(target, (statSync(source).mode & 0o100) === 0 ? FILE_MODE : PROGRAM_MODE);
    }
  }
}

function moveTo(copy: string, draft: string): void {
  try {
    renameSync(draft, copy);
  } catch (error) {
    // A concurrent start was faster, and its copy is as good.
    if (lstatSync(copy, { throwIfNoEntry: false }) === undefined) throw error;
  }
}
