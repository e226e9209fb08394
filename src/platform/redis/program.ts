import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

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
export function readVersion(said: string): string | null {
  return /\bv=(\d+\.\d+[^\s]*)/.exec(said)?.[1] ?? null;
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
