import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process with this id exists, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Ids of the processes whose working folder is `folder`. A PostgreSQL server and all its
 * children work in their data folder, so this finds a server that lost its parent whatever its
 * pid file says, and is not fooled by a pid that was given out again. Null where there is no /proc.
 */
export function processesIn(folder: string): number[] | null {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return null;
  }
  if (!names.includes('self')) return null;
  return names.filter((name) => /^\d+$/.test(name) && workingFolder(name) === folder).map(Number);
}

function workingFolder(pid: string): string | null {
  try {
    // A zombie has no working folder any more, and another account's is not ours to read.
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

/** The command line of a process for messages; its id where that cannot be read. */
export function describeProcess(pid: number): string {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return command === '' ? `process ${pid}` : `process ${pid} (${command.slice(0, 120)})`;
  } catch {
    return `process ${pid}`;
  }
}

/** Sends a signal; a process that is already gone is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
