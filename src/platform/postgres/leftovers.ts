import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeProcess, isAlive, serversIn, signal } from './processes.ts';

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
