import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Cluster, makeServerFolder } from './cluster.ts';
import type { RunAs } from './run-as.ts';

/** A unix socket's path has at most 107 bytes on Linux, 103 on macOS: the smaller counts. */
const SOCKET_PATH_BYTES_MAX = 103;
const SOCKET_NAME = '.s.PGSQL.5432.lock';
const NOTE = 'socket-folder';

/**
 * The 0700 folder of the server's socket: `run` beside the cluster, or, when that path is too
 * long for a socket, a private folder in the temporary one, noted beside the cluster so that the
 * next start removes it.
 */
export function prepareSocketFolder(cluster: Cluster, runAs: RunAs): string {
  const note = path.join(cluster.folder, NOTE);
  if (existsSync(note)) {
    const earlier = readFileSync(note, 'utf8').trim();
    if (path.basename(earlier).startsWith('waybill-pg-')) {
      rmSync(earlier, { recursive: true, force: true });
    }
    rmSync(note);
  }
  const beside = path.join(cluster.folder, 'run');
  if (fits(beside)) {
    makeServerFolder(beside, runAs);
    return beside;
  }
  const temporary = [os.tmpdir(), '/tmp'].find((folder) =>
    fits(path.join(folder, 'waybill-pg-123456')),
  );
  if (temporary === undefined) {
    throw new Error(
      `No folder has a path short enough for a socket. Shorten WAYBILL_DATA or TMPDIR.`,
    );
  }
  const made = mkdtempSync(path.join(temporary, 'waybill-pg-'));
  writeFileSync(note, `${made}\n`);
  makeServerFolder(made, runAs);
  return made;
}

function fits(folder: string): boolean {
  return Buffer.byteLength(path.join(folder, SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX;
}
