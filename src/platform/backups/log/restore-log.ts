import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ObjectStoreUnavailable } from '../../objects/object-store.ts';
import { inParallel } from '../in-parallel.ts';
import type { Manifest } from '../manifest.ts';
import type { Repository } from '../repository.ts';
import { baseFor, filesAfter, logBaseOf, logUntil } from './choose-log.ts';
import { type LogFile, logFiles, readLogFile } from './log-files.ts';

/** What a restore to a time between two backups needs in addition to the backup. */
export interface PointInTime {
  readonly toMs: number;
  /** The log files to be replayed after the backup. */
  readonly files: readonly LogFile[];
  /**
   * The first backup that began after that time, which has the photos of the time in between; null
   * if there is none.
   */
  readonly later: Manifest | null;
}

/** Segments restored at once; each takes 16 MiB of memory. */
const AT_ONCE = 2;

/**
 * Chooses the backup to start from, and the log that follows it.
 *
 * @param backup its id; null: the newest that ended before the time.
 * @throws a readable error if the time cannot be reached.
 */
export async function choosePointInTime(
  repository: Pick<Repository, 'place' | 'backups' | 'manifest'> & {
    readonly store: Pick<Repository['store'], 'list'>;
  },
  toMs: number,
  backup: string | null,
): Promise<{ readonly id: string; readonly pointInTime: PointInTime }> {
  const { place, store } = repository;
  const wanted = backup === null ? null : await repository.manifest(backup);
  const manifests: Manifest[] = [];
  for (const id of await repository.backups()) {
    try {
      manifests.push(await repository.manifest(id));
    } catch (error) {
      // Other backups than the named one only contribute photos, so a damaged one does not stop the
      // restore.
      if (wanted === null || error instanceof ObjectStoreUnavailable) throw error;
    }
  }
  const bases = (wanted === null ? manifests : [wanted]).flatMap(
    (manifest) => logBaseOf(manifest) ?? [],
  );
  const base = baseFor(bases, toMs, place);
  const files = logUntil(base, await logFiles(store, base.line), toMs, place);
  const later = manifests
    .filter(({ began_at }) => Date.parse(began_at) >= toMs)
    .sort((a, b) => Date.parse(a.began_at) - Date.parse(b.began_at))[0];
  return { id: base.id, pointInTime: { toMs, files, later: later ?? null } };
}

/** Puts the segments where a recovering server looks for them. */
export async function restoreLog(
  { store }: Pick<Repository, 'store'>,
  files: readonly LogFile[],
  cluster: string,
): Promise<void> {
  await inParallel(files, AT_ONCE, async (file) => {
    const bytes = await readLogFile(store, file);
    await writeFile(path.join(cluster, 'pg_wal', file.segment), bytes, { mode: 0o600, flag: 'wx' });
  });
}

/** The latest time to which each backup can be restored; backups without a log are omitted. */
export async function logReach(
  { store }: Pick<Repository, 'store'>,
  manifest: Manifest,
): Promise<number | null> {
  const base = logBaseOf(manifest);
  if (base === null) return null;
  return filesAfter(base, await logFiles(store, base.line)).at(-1)?.coversUntilMs ?? null;
}
