import { execFile } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeServerFolder } from '../postgres/cluster.ts';
import type { RunAs } from '../postgres/run-as.ts';
import { giveToOwnerOf } from '../process/owner.ts';
import type { RedisAddress } from './client.ts';

/** A Redis-compatible server found on this machine. */
export interface RedisProgram {
  readonly file: string;
  /** The version that it reports, such as `7.0.15`. */
  readonly version: string;
}

/** The names of the servers of the two projects, in the order of trying. */
const NAMES = ['redis-server', 'valkey-server'] as const;
/** The lowest version with the commands that the queue's scripts use. */
const VERSION_MIN = [6, 2] as const;
const ASK_MS_MAX = 5_000;

/**
 * Returns the first usable server on the PATH; null if there is none, or only ones that are too old
 * or do not run.
 *
 * @param searchPath the environment's PATH.
 */
export async function findRedisProgram(searchPath: string): Promise<RedisProgram | null> {
  for (const name of NAMES) {
    for (const folder of searchPath.split(path.delimiter)) {
      if (!path.isAbsolute(folder)) continue;
      const file = path.join(folder, name);
      const version = isExecutable(file) ? await versionOf(file) : null;
      if (version !== null && isNewEnough(version)) return { file, version };
    }
  }
  return null;
}

/** Reads the output of `--version`: `Redis server v=7.0.15 sha=…`, `Valkey server v=8.1.0 …`. */
export function readVersion(output: string): string | null {
  return /\bv=(\d+\.\d+[^\s]*)/.exec(output)?.[1] ?? null;
}

export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > VERSION_MIN[0] || (major === VERSION_MIN[0] && minor >= VERSION_MIN[1]);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function versionOf(file: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(file, ['--version'], { timeout: ASK_MS_MAX });
    return readVersion(stdout);
  } catch {
    return null;
  }
}

const CONNECT_MS_MAX = 5_000;

/** Whether a server answers at this address and has finished loading; never throws. */
export async function answers(address: RedisAddress): Promise<boolean> {
  return (await whyNoAnswer(address)) === null;
}

/** Returns what prevents a server from answering; null if it answers. Contains no password. */
export async function whyNoAnswer(address: RedisAddress): Promise<string | null> {
  const options = {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: CONNECT_MS_MAX,
    maxRetriesPerRequest: 0,
  };
  // Many hubs have no Redis, so its client is loaded on first use.
  const { openRedisClient } = await import('./client.ts');
  const client = openRedisClient(address, options);
  let why: Error | null = null;
  client.on('error', (error: Error) => {
    why = error;
  });
  try {
    await client.connect();
    await client.ping();
    return null;
  } catch (error) {
    const cause: unknown = why ?? error;
    return cause instanceof Error ? cause.message : String(cause);
  } finally {
    client.disconnect();
  }
}

/** The folder of a private server's files, and the socket by which it is reached. */
export interface RedisFolder {
  readonly path: string;
  readonly socket: string;
}

/** A unix socket's path has at most 107 bytes on Linux, 103 on macOS: the smaller limit applies. */
const SOCKET_PATH_BYTES_MAX = 103;
export const SOCKET = 'redis.sock';
const PREFIX = 'waybill-redis-';
const NOTE = 'socket-folder';

export function redisFolder(data: string): string {
  return path.join(path.resolve(data), 'redis');
}

/**
 * Returns the uid of the owner of the server's files, or, if there are none yet, of `data` itself.
 */
export function redisOwner(data: string): number | null {
  const found = [redisFolder(data), data].find((folder) => existsSync(folder));
  return found === undefined ? null : statSync(found).uid;
}

/**
 * Creates the 0700 folder below `data` and a 0700 folder for the socket: `run` within it, or, if
 * that path is too long for a socket, a private one in the temporary folder, noted so that the next
 * start removes it.
 */
export function prepareRedisFolder(data: string, runAs: RunAs): RedisFolder {
  const folder = redisFolder(data);
  makeServerFolder(folder, runAs);
  removeNoted(folder);
  const beside = path.join(folder, 'run');
  if (isShortEnough(beside)) {
    makeServerFolder(beside, runAs);
    return { path: folder, socket: path.join(beside, SOCKET) };
  }
  const temporary = [os.tmpdir(), '/tmp'].find((at) =>
    isShortEnough(path.join(at, `${PREFIX}123456`)),
  );
  if (temporary === undefined) {
    throw new Error('no folder has a path short enough for a socket (WAYBILL_DATA or TMPDIR)');
  }
  const made = mkdtempSync(path.join(temporary, PREFIX));
  const note = path.join(folder, NOTE);
  writeFileSync(note, `${made}\n`, { mode: 0o600 });
  giveToOwnerOf(folder, note);
  makeServerFolder(made, runAs);
  return { path: folder, socket: path.join(made, SOCKET) };
}

/**
 * Removes the noted folder. Only a name that we generate counts, because all contents are removed.
 */
function removeNoted(folder: string): void {
  const note = path.join(folder, NOTE);
  if (!existsSync(note)) return;
  const noted = readFileSync(note, 'utf8').trim();
  if (path.basename(noted).startsWith(PREFIX)) rmSync(noted, { recursive: true, force: true });
  rmSync(note, { force: true });
}

function isShortEnough(folder: string): boolean {
  return Buffer.byteLength(path.join(folder, SOCKET)) <= SOCKET_PATH_BYTES_MAX;
}
