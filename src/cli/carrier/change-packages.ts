import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderBusy, type FolderLock, lockFolder } from '../../platform/process/folder-lock.ts';
import {
  leftovers,
  packagesFolder,
  readPackageLock,
} from '../../platform/settings/installed-packages.ts';

/** As for a data folder that another process uses. */
const IN_USE = 3;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs a change of the installed packages while no other process makes one, after removing what a
 * killed one left behind. Resolves with the exit code of `change`, or 3 if another one is running.
 * Rejects if the lock file is damaged.
 *
 * @param change gets a signal that is aborted when somebody interrupts the command.
 */
export async function changePackages(
  data: string,
  complain: (line: string) => void,
  change: (interrupted: AbortSignal) => Promise<number>,
): Promise<number> {
  const folder = packagesFolder(data);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let lock: FolderLock;
  try {
    lock = await lockFolder(folder);
  } catch (error) {
    if (!(error instanceof FolderBusy)) throw error;
    complain(
      `Another \`waybill carrier add\` or \`remove\` is running (process ${error.holder.pid}); ` +
        'try again when it has ended.',
    );
    return IN_USE;
  }
  const interruption = new AbortController();
  const interrupt = () => interruption.abort(new Error('it was interrupted'));
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    for (const name of leftovers(data, readPackageLock(data))) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
    return await change(interruption.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    lock.release();
  }
}
