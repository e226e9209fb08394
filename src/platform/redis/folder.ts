import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makeServerFolder } from '../postgres/cluster.ts';
import type { RunAs } from '../postgres/run-as.ts';
import { giveToOwnerOf } from '../process/owner.ts';

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
  if (fits(beside)) {
    makeServerFolder(beside, runAs);
    return { path: folder, socket: path.join(beside, SOCKET) };
  }
  const temporary = [os.tmpdir(), '/tmp'].find((at) => fits(path.join(at, `${PREFIX}123456`)));
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

function fits(folder: string): boolean {
  return Buffer.byteLength(path.join(folder, SOCKET)) <= SOCKET_PATH_BYTES_MAX;
}
