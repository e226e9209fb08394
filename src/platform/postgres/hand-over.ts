import { closeSync, constants, existsSync, openSync } from 'node:fs';
import type { RunAs } from './run-as.ts';

/**
 * Folders as a server under another account reaches them. They may be below a folder that is closed
 * to it (`/root`, a data folder). An open descriptor bypasses the parent folders without any
 * privilege: the server inherits it and uses `/proc/self/fd/N` as the folder's path.
 */
export interface HandedOver {
  /** The folders' paths for the server, in the given order. */
  readonly paths: readonly string[];
  /** The entries after stdin, stdout and stderr in the `stdio` of spawn. */
  readonly stdio: readonly number[];
  /** Call it once the server was spawned, when it has descriptors of its own. */
  close(): void;
}

/** The descriptors before those of the folders: stdin, stdout, stderr. */
const FIRST = 3;

const OPEN_FILES = '/proc/self/fd';

/**
 * Opens folders for a server under another account, which then needs no rights to their parent
 * folders.
 */
export function handOver(folders: readonly string[], runAs: RunAs): HandedOver {
  // A server under our own account has the same access as we do. Without /proc, parents must be
  // open.
  if (runAs.account === null || !existsSync(OPEN_FILES)) {
    return { paths: folders, stdio: [], close: () => {} };
  }
  const stdio: number[] = [];
  const close = (): void => {
    for (const fd of stdio.splice(0)) closeSync(fd);
  };
  try {
    for (const at of folders) stdio.push(openSync(at, constants.O_RDONLY | constants.O_DIRECTORY));
  } catch (error) {
    close();
    throw error;
  }
  return {
    paths: stdio.map((_, index) => `${OPEN_FILES}/${FIRST + index}`),
    stdio,
    close,
  };
}
