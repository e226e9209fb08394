import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Cluster, makeServerFolder } from './cluster.ts';
import type { RunAs } from './run-as.ts';

/** A unix socket's path has at most 107 bytes on Linux, 103 on macOS: the smaller limit applies. */
const SOCKET_PATH_BYTES_MAX = 103;
const SOCKET = '.s.PGSQL.5432';
const PREFIX = 'waybill-pg-';
const NOTE = 'socket-folder';

/**
 * Creates the 0700 folder of the server's socket: `run` next to the cluster, or, if that path is
 * too long for a socket, a private folder in the temporary one, noted next to the cluster so that
 * the next start removes it.
 */
export function prepareSocketFolder(cluster: Cluster, runAs: RunAs): string {
  const note = path.join(cluster.folder, NOTE);
  const earlier = notedFolder(cluster);
  if (earlier !== null) rmSync(earlier, { recursive: true, force: true });
  rmSync(note, { force: true });
  const beside = folderBeside(cluster);
  if (isShortEnough(beside)) {
    makeServerFolder(beside, runAs);
    return beside;
  }
  const temporary = [os.tmpdir(), '/tmp'].find((folder) =>
    isShortEnough(path.join(folder, `${PREFIX}123456`)),
  );
  if (temporary === undefined) {
    throw new Error(
      'No folder has a path short enough for a socket. Shorten WAYBILL_DATA or TMPDIR.',
    );
  }
  const made = mkdtempSync(path.join(temporary, PREFIX));
  writeFileSync(note, `${made}\n`);
  makeServerFolder(made, runAs);
  return made;
}

/** Returns the folder of a running server's socket; null if there is none. */
export function currentSocketFolder(cluster: Cluster): string | null {
  return (
    [notedFolder(cluster), folderBeside(cluster)].find(
      (folder) => folder !== null && existsSync(path.join(folder, SOCKET)),
    ) ?? null
  );
}

function folderBeside(cluster: Cluster): string {
  return path.join(cluster.folder, 'run');
}

/**
 * Returns the noted folder. Only a name that we generate counts, because the folder is removed with
 * all its contents.
 */
function notedFolder(cluster: Cluster): string | null {
  const note = path.join(cluster.folder, NOTE);
  if (!existsSync(note)) return null;
  const folder = readFileSync(note, 'utf8').trim();
  return path.basename(folder).startsWith(PREFIX) ? folder : null;
}

function isShortEnough(folder: string): boolean {
  return Buffer.byteLength(path.join(folder, `${SOCKET}.lock`)) <= SOCKET_PATH_BYTES_MAX;
}
