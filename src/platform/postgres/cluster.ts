import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { PostgresBinaries } from './binaries.ts';
import { handOver } from './hand-over.ts';
import { cleanEnv, runProgram } from './program.ts';
import type { RunAs } from './run-as.ts';

/** The files of one embedded server, all below `<data>/postgres`. */
export interface Cluster {
  readonly folder: string;
  readonly dataFolder: string;
  readonly password: string;
}

export const SUPERUSER = 'waybill';
/** The major version whose files we can read; the package ships its programs. */
const SERVER_MAJOR = '18';
const PASSWORD_FILE = 'password';
const DATA_FOLDER = 'cluster';
const UNFINISHED = 'postgres.new-';
const INITDB_TIMEOUT_MS = 120_000;

export function clusterFolder(data: string): string {
  return path.join(data, 'postgres');
}

/**
 * Returns the uid of the owner of the cluster below `data`, or, if there is none yet, of `data`
 * itself. Null if there is neither.
 */
export function clusterOwner(data: string): number | null {
  const folders = [path.join(clusterFolder(data), DATA_FOLDER), data];
  const found = folders.find((folder) => existsSync(folder));
  return found === undefined ? null : statSync(found).uid;
}

/**
 * Opens the cluster below `data`, or creates it. It is created under another name and renamed when
 * complete: a kill at any moment leaves either no cluster or a complete one.
 */
export async function openCluster(
  data: string,
  binaries: PostgresBinaries,
  runAs: RunAs,
  durable: boolean,
): Promise<Cluster> {
  const folder = clusterFolder(data);
  removeUnfinished(data);
  if (!existsSync(folder)) await createCluster(data, folder, binaries, runAs, durable);
  assertReadableVersion(path.join(folder, DATA_FOLDER));
  const cluster = readCluster(data);
  if (cluster === null) throw new Error(`${folder} is incomplete: its password is missing`);
  return cluster;
}

/** Returns the cluster below `data`; null if there is none. */
export function readCluster(data: string): Cluster | null {
  const folder = clusterFolder(data);
  const passwordFile = path.join(folder, PASSWORD_FILE);
  if (!existsSync(passwordFile)) return null;
  const password = readFileSync(passwordFile, 'utf8').trim();
  return { folder, dataFolder: path.join(folder, DATA_FOLDER), password };
}

/** The folder of the server's own files, below that of its cluster. */
export function serverFiles(data: string): string {
  return path.join(clusterFolder(data), DATA_FOLDER);
}

/**
 * Creates the folder of a cluster whose files come from elsewhere, with a new password next to
 * them.
 */
export function adoptCluster(data: string, runAs: RunAs): Cluster {
  const folder = clusterFolder(data);
  const passwordFile = path.join(folder, PASSWORD_FILE);
  const password = randomBytes(32).toString('base64url');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  chmodSync(folder, 0o700);
  for (const made of [folder, ...filesBelow(folder)]) giveTo(made, runAs);
  assertReadableVersion(path.join(folder, DATA_FOLDER));
  return { folder, dataFolder: path.join(folder, DATA_FOLDER), password };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    path.join(folder, name),
  );
}

/** Creates a cluster in a temporary folder, which gets its final name when it is complete. */
async function createCluster(
  data: string,
  folder: string,
  binaries: PostgresBinaries,
  runAs: RunAs,
  durable: boolean,
): Promise<void> {
  const fresh = mkdtempSync(path.join(data, UNFINISHED));
  const passwordFile = path.join(fresh, PASSWORD_FILE);
  writeFileSync(passwordFile, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  for (const made of [fresh, passwordFile]) giveTo(made, runAs);
  const { paths, stdio, close } = handOver([fresh], runAs);
  try {
    await runProgram(binaries.initdb, initdbArguments(paths[0] ?? fresh, durable), {
      runAs,
      stdio,
      env: cleanEnv(binaries),
      timeoutMs: INITDB_TIMEOUT_MS,
    });
  } finally {
    close();
  }
  appendFileSync(
    path.join(fresh, DATA_FOLDER, 'postgresql.conf'),
    "\ninclude 'waybill.conf'\ninclude_if_exists '../local.conf'\n",
  );
  chmodSync(fresh, 0o700);
  if (durable) {
    for (const file of [passwordFile, path.join(fresh, DATA_FOLDER, 'postgresql.conf'), fresh]) {
      syncToDisk(file);
    }
  }
  renameSync(fresh, folder);
  if (durable) syncToDisk(data);
}

/**
 * Flushes a file to the disk. initdb flushes its own files; this is for the others, and for the
 * rename.
 */
function syncToDisk(file: string): void {
  const fd = openSync(file, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function initdbArguments(folder: string, durable: boolean): string[] {
  return [
    `--pgdata=${path.join(folder, DATA_FOLDER)}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${path.join(folder, PASSWORD_FILE)}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's own C.UTF-8 sorts in the same way on every machine, whatever its C library.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    ...(durable ? [] : ['--no-sync']),
  ];
}

/** Creates a folder that the server may write to, under any account. */
export function makeServerFolder(folder: string, runAs: RunAs): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  giveTo(folder, runAs);
}

function giveTo(file: string, runAs: RunAs): void {
  if (runAs.account !== null) chownSync(file, runAs.account.uid, runAs.account.gid);
}

/**
 * Removes the remains of a killed initdb; the caller holds the data folder, so no process uses
 * them.
 */
function removeUnfinished(data: string): void {
  for (const name of readdirSync(data)) {
    if (name.startsWith(UNFINISHED)) {
      rmSync(path.join(data, name), { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

function assertReadableVersion(dataFolder: string): void {
  const found = readFileSync(path.join(dataFolder, 'PG_VERSION'), 'utf8').trim();
  if (found === SERVER_MAJOR) return;
  throw new Error(
    `${dataFolder} was written by PostgreSQL ${found}; this version uses PostgreSQL ${SERVER_MAJOR}. Start the version that wrote it, take a backup there, and restore it into a new data folder.`,
  );
}
