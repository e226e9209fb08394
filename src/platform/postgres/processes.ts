import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether a process with this id exists, under any user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Returns the ids of the server processes that work in `folder`. A server and all its children have
 * their data folder as working directory, so this finds a server that lost its parent whatever its
 * pid file says, and is not misled by a reused pid or an operator's shell in that folder. Null if
 * there is no /proc.
 *
 * @param program matches the name of the server's executable.
 */
export function serversIn(folder: string, program: RegExp = /^postgres/): number[] | null {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return null;
  }
  if (!names.includes('self')) return null;
  return names
    .filter((name) => /^\d+$/.test(name) && procLinkTarget(name, 'cwd') === folder)
    .filter((name) => program.test(path.basename(procLinkTarget(name, 'exe') ?? '')))
    .map(Number);
}

function procLinkTarget(pid: string, link: 'cwd' | 'exe'): string | null {
  try {
    // A zombie no longer has either, and we may not read another account's.
    return readlinkSync(`/proc/${pid}/${link}`);
  } catch {
    return null;
  }
}

/** Returns the command line of a process for messages, or its id if that cannot be read. */
export function describeProcess(pid: number): string {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return command === '' ? `process ${pid}` : `process ${pid} (${command.slice(0, 120)})`;
  } catch {
    return `process ${pid}`;
  }
}

/** Sends a signal; a process that has already ended is not an error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The time an orphaned server gets to end; with pdeathsig it ends within about three seconds. */
const WAIT_MS_MAX = 10_000;
const CHECK_EVERY_MS = 50;

/**
 * Removes what a server that did not stop properly has left. The caller holds the data folder's
 * lock, so a server still working in `dataFolder` is an orphan: it is stopped at once, which loses
 * nothing that was committed, and its end is awaited. Only then are its pid file and socket locks
 * removed, because two servers on the same files would destroy the data.
 */
export async function clearLeftovers(dataFolder: string, socketFolder: string): Promise<void> {
  const folder = realpathSync(dataFolder);
  const pidFile = path.join(folder, 'postmaster.pid');
  const deadline = performance.now() + WAIT_MS_MAX;
  let isTerminating = false;
  for (;;) {
    const running = serversIn(folder) ?? serverInPidFile(pidFile);
    if (running.length === 0) break;
    if (!isTerminating) for (const pid of running) signal(pid, 'SIGQUIT');
    isTerminating = true;
    if (performance.now() > deadline) {
      throw new Error(
        `A PostgreSQL server from an earlier start does not exit: ${running.map(describeProcess).join(', ')}. End it with \`kill -QUIT ${running[0]}\` and start again.`,
      );
    }
    await sleep(CHECK_EVERY_MS);
  }
  rmSync(pidFile, { force: true });
  for (const name of ['.s.PGSQL.5432', '.s.PGSQL.5432.lock']) {
    rmSync(path.join(socketFolder, name), { force: true });
  }
}

/**
 * Reads the server's id from the pid file, for systems without /proc; a reused id counts as the
 * server.
 */
function serverInPidFile(pidFile: string): number[] {
  if (!existsSync(pidFile)) return [];
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  return pid > 0 && pid !== process.pid && isAlive(pid) ? [pid] : [];
}
