import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { describeProcess } from '../postgres/processes.ts';

/** The state of a listening socket in /proc/net/tcp. */
const LISTENING = '0A';

/**
 * Returns which process listens at a TCP port of this machine, with its command line. Null if that
 * cannot be determined: without /proc, or if another account's process may not be examined.
 */
export function findPortHolder(port: number): string | null {
  const sockets = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listenersAt(readOrEmpty(table), port)),
  );
  if (sockets.size === 0) return null;
  const pid = namesIn('/proc').find(
    (name) => /^\d+$/.test(name) && hasOneOf(sockets, `/proc/${name}/fd`),
  );
  return pid === undefined ? null : describeProcess(Number(pid));
}

/**
 * Returns the inodes of the sockets that listen at `port`, from the text of /proc/net/tcp or tcp6.
 */
export function listenersAt(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
    const matches = local?.endsWith(suffix) === true && state === LISTENING;
    return matches && inode !== undefined ? [inode] : [];
  });
}

/** Returns the error of a server that could not listen, in words that help an operator. */
export function explainListenError(error: unknown, host: string, port: number): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error;
  const holder = findPortHolder(port);
  return new Error(
    `${host}:${port} is in use${holder === null ? '' : ` by ${holder}`} (EADDRINUSE). ` +
      `Stop that program, or choose another port: \`PORT=${otherPort(port)} npm start\`.`,
    { cause: error },
  );
}

/** Returns the next port, or for the highest one the previous port. */
export function otherPort(port: number): number {
  return port < 65_535 ? port + 1 : port - 1;
}

function hasOneOf(sockets: ReadonlySet<string>, folder: string): boolean {
  return namesIn(folder).some((name) => {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${name}`))?.[1];
      return inode !== undefined && sockets.has(inode);
    } catch {
      return false;
    }
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
