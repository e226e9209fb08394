import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { giveToOwnerOf } from '../process/owner.ts';
import type { Cluster } from './cluster.ts';

/** A file next to the cluster that identifies the files on which the server was last started. */
const NOTE = 'runs-in';
/** A copy on another file system may get one of these inode numbers by chance, but not both. */
const NUMBERED = ['.', 'PG_VERSION'] as const;

/**
 * Throws when these files were copied while a server ran on the originals. They then come from
 * different points in time, and PostgreSQL would start on them without noticing what is lost. A
 * killed server leaves the same files behind, but in their original place: their inode numbers
 * distinguish the two cases.
 */
export function assertNotCopiedWhileRunning({ folder, dataFolder }: Cluster): void {
  const note = path.join(folder, NOTE);
  const wasRunning = existsSync(path.join(dataFolder, 'postmaster.pid'));
  const noted = readNote(note);
  if (!wasRunning || noted === null || noted === numbersOf(dataFolder)) return;
  throw new Error(
    `${dataFolder} was copied while its hub was running. Its files come from different points in time, and starting on them would lose or damage data, so nothing was started. ` +
      'Use `waybill backup` and `waybill restore` to copy a running hub, or stop it before you copy its data folder. ' +
      `If no hub ran during the copy, because its machine had crashed before, or if this is no copy and lies on a file system that numbers its files anew at each mount, remove ${note} and start again.`,
  );
}

/** Records the files' identity; call it before a server is started on them. */
export function noteWhereItRuns({ folder, dataFolder }: Cluster): void {
  const note = path.join(folder, NOTE);
  const numbers = numbersOf(dataFolder);
  if (readNote(note) === numbers) return;
  const draft = `${note}.new`;
  writeFileSync(draft, `${numbers}\n`, { mode: 0o600, flush: true });
  giveToOwnerOf(folder, draft);
  renameSync(draft, note);
}

/** Reads the record; null if there is none, or a crash left it empty. */
function readNote(note: string): string | null {
  return (existsSync(note) && readFileSync(note, 'utf8').trim()) || null;
}

function numbersOf(dataFolder: string): string {
  return NUMBERED.map((name) => statSync(path.join(dataFolder, name), { bigint: true }).ino).join(
    ' ',
  );
}
