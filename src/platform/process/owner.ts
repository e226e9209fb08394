import { chownSync, statSync } from 'node:fs';

/**
 * Gives `file` to the owner of `folder` if we are root and the owner is somebody else: what root
 * creates in a plain user's data folder must not lock that user out of the next start.
 */
export function giveToOwnerOf(folder: string, file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  if (uid !== 0) chownSync(file, uid, gid);
}
