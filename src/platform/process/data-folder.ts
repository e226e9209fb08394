import { accessSync, chmodSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { type FolderLock, lockFolder } from './folder-lock.ts';

/** The folder of all local data, locked by this process. */
interface DataFolder {
  readonly path: string;
  release(): void;
}

/**
 * Creates the folder if it is missing, closes it to other accounts (it contains keys and personal
 * data) and takes its lock. Throws `FolderBusy` if another process has it, otherwise an error that
 * says how to fix it.
 */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  const at = path.resolve(folder);
  if (isHalfRestored(at)) {
    throw new Error(
      `A restore into ${at} was interrupted, so the data in it is incomplete. ` +
        'Run `waybill restore` again (it starts over), or remove the folder.',
    );
  }
  return holdDataFolder(at);
}

/** Opens the data folder for the restore itself. */
export async function holdDataFolder(at: string): Promise<DataFolder> {
  prepare(at);
  const lock: FolderLock = await lockFolder(at);
  return { path: at, release: () => lock.release() };
}

/** A file with this name in a data folder marks an unfinished restore. */
export const RESTORE_MARK = 'restore-incomplete';

export function isHalfRestored(folder: string): boolean {
  return existsSync(path.join(folder, RESTORE_MARK));
}

/**
 * Creates the folder if necessary, and closes it to other accounts. Throws if it cannot be used.
 */
function prepare(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable(folder, error instanceof Error ? error.message : String(error));
  }
  const found = statSync(folder);
  if (!found.isDirectory()) throw unusable(folder, 'it is not a folder');
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  } catch {
    throw unusable(folder, `${accountName()} may not write to it (it belongs to uid ${found.uid})`);
  }
}

function unusable(folder: string, why: string): Error {
  return new Error(
    `The data folder ${folder} cannot be used: ${why}. ` +
      'Set WAYBILL_DATA to a folder this account owns, or start as the account that owns it.',
  );
}

function accountName(): string {
  const uid = process.getuid?.();
  return uid === undefined ? 'this account' : `uid ${uid}`;
}
