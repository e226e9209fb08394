import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { giveToOwnerOf } from '../process/owner.ts';
import type { Cluster } from './cluster.ts';

/** Beside the cluster: which files the server was last started on. */
const NOTE = 'runs-in';
/** A copy on another file system may by chance get one of these numbers, but not both. */
const NUMBERED = ['.', 'PG_VERSION'] as const;

/**
 * Throws when these files were copied while a server ran on the originals. They are of different
 * moments then, and PostgreSQL would start on them without noticing what is lost. A server that was
 * killed leaves the same files behind, but where they were: their inode numbers tell the two apart.
 */
export function assertNotCopiedWhileRunning({ folder, dataFolder }: Cluster): void {
  const note = path.join(folder, NOTE);
  const wasRunning = existsSync(path.join(dataFolder, 'postmaster.pid'));
  if (!wasRunning || !existsSync(note)) return;
  if (readFileSync(note, 'utf8').trim() === numbersOf(dataFolder)) return;
  throw new Error(
    `${dataFolder} was copied while its hub was running. Its files are of different moments, and starting on them would lose or damage data, so nothing was started. ` +
      'Use `waybill backup` and `waybill restore` to copy a running hub, or stop it before you copy its data folder. ' +
      `If no hub ran during the copy, because its machine had crashed before, remove ${note} and start again.`,
  );
}

/** To be called before a server is started on them. */
export function noteWhereItRuns({ folder, dataFolder }: Cluster): void {
  const note = path.join(folder, NOTE);
  writeFileSync(note, `${numbersOf(dataFolder)}\n`, { mode: 0o600 });
  giveToOwnerOf(folder, note);
}

function numbersOf(dataFolder: string): string {
  return NUMBERED.map((name) => statSync(path.join(dataFolder, name), { bigint: true }).ino).join(
    ' ',
  );
}
