import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where the hub of a data folder answers; valid only while the folder's lock is held. */
interface RunningHub {
  readonly pid: number;
  /** The URL on this machine, with the port that it really got. */
  readonly url: string;
}

const FILE = 'hub.json';
const OWNER_ONLY = 0o600;

/**
 * Written once the hub listens, so that commands on the same machine find it whatever its port.
 * Replaces the previous file, which may belong to another user: root may start a hub in a user's
 * folder.
 */
export function writeRunFile(data: string, running: RunningHub): void {
  const fresh = path.join(data, `${FILE}.${running.pid}`);
  writeFileSync(fresh, `${JSON.stringify(running)}\n`, { mode: OWNER_ONLY });
  renameSync(fresh, path.join(data, FILE));
}

export function removeRunFile(data: string): void {
  rmSync(path.join(data, FILE), { force: true });
}

/** Reads the run file of that process; null if there is none, or another process wrote it. */
export function readRunFile(data: string, pid: number): RunningHub | null {
  try {
    const stored = JSON.parse(readFileSync(path.join(data, FILE), 'utf8')) as Partial<RunningHub>;
    if (stored.pid !== pid || typeof stored.url !== 'string' || !URL.canParse(stored.url))
      return null;
    return { pid, url: stored.url };
  } catch {
    return null;
  }
}
