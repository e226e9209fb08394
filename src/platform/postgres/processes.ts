import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

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
    .filter((name) => /^\d+$/.test(name) && linkOf(name, 'cwd') === folder)
    .filter((name) => program.test(path.basename(linkOf(name, 'exe') ?? '')))
    .map(Number);
}

function linkOf(pid: string, what: 'cwd' | 'exe'): string | null {
  try {
    // A zombie no longer has either, and we may not read another account's.
    return readlinkSync(`/proc/${pid}/${what}`);
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

/** Sends a signal; a process that has already ended is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
