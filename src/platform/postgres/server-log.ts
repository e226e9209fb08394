import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs';
import path from 'node:path';

/**
 * Two files of this size are retained: enough to see why a server crashed, without filling the
 * disk.
 */
const LOG_BYTES_MAX = 8 * 1024 * 1024;
const TAIL_CHARS = 2_000;

/**
 * Opens the server's log for appending, and renames a full one to `server.log.1`. The caller passes
 * the descriptor to the server and closes its own.
 */
export function openServerLog(folder: string): { fd: number; file: string } {
  const file = path.join(folder, 'server.log');
  if (sizeOf(file) > LOG_BYTES_MAX) renameSync(file, `${file}.1`);
  return { fd: openSync(file, 'a', 0o600), file };
}

/** Empties a log that has become too long under a running server, which appends to it. */
export function capServerLog(file: string): void {
  const fd = openSync(file, 'r+');
  try {
    if (fstatSync(fd).size > LOG_BYTES_MAX) ftruncateSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Returns the last 2,000 characters of a server's log (PostgreSQL or Redis), for the error of a failed start. */
export function tailOfServerLog(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(-TAIL_CHARS).trim();
  } catch {
    return '';
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
