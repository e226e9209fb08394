import { archiveNames, isFileOf } from '../../platform/archives/archive-name.sql.ts';
import { readArchived, readParquet, writeParquet } from '../../platform/archives/parquet.ts';
import { withTransaction } from '../../platform/database/database.ts';
import { inRounds } from '../../platform/process/rounds.ts';
import type { Retention } from '../../platform/settings/retention.ts';
import { type ArchiveDeps, fileKey, PARCELS_FOLDER } from './archive-parcels.ts';
import {
  type ArchiveFile,
  dropFile,
  filesBefore,
  filesWithErased,
  knownFiles,
  namesInFile,
  replaceFile,
} from './archived.sql.ts';
import { ARCHIVE_COLUMNS } from './archived-parcel.ts';

/** Number of files per step: each is read and written whole. */
const FILES_AT_ONCE = 10;
const DAY_MS = 86_400_000;

/** The archive's cleanup: removes erased parcels, files past their period, and unknown files. */
export function sweepsOfArchive(
  deps: ArchiveDeps,
  { archivesMs }: Pick<Retention, 'archivesMs'>,
): Record<string, () => Promise<number>> {
  const { clock } = deps;
  let lookedOnDay = -1;
  return {
    archivesRewritten: () => inRounds(FILES_AT_ONCE, () => rewriteErased(deps, FILES_AT_ONCE)),
    archives: () =>
      inRounds(FILES_AT_ONCE, () =>
        dropArchivesBefore(deps, clock.nowMs() - archivesMs, FILES_AT_ONCE),
      ),
    archivesUnknown: async () => {
      const day = Math.floor(clock.nowMs() / DAY_MS);
      if (day === lookedOnDay) return 0;
      const gone = await dropUnknownFiles(deps, archivesMs);
      lookedOnDay = day;
      return gone;
    },
  };
}

/**
 * Rewrites at most `limit` files with parcels that were erased before last midnight (UTC), without
 * those parcels; a file with no parcel left is removed. The keys were destroyed at erasure, so
 * until the rewrite only statuses and times of a nameless parcel remain. Returns how many files.
 */
async function rewriteErased(deps: ArchiveDeps, limit: number): Promise<number> {
  const { db, clock } = deps;
  const midnightMs = Math.floor(clock.nowMs() / DAY_MS) * DAY_MS;
  const files = await filesWithErased(db.pipeline, midnightMs, limit);
  for (const file of files) await rewrite(deps, file);
  return files.length;
}

/**
 * Replaces an archive file by one without the parcels that have been erased or restored since; an
 * empty file is only removed.
 */
async function rewrite({ db, store, randomBytes }: ArchiveDeps, old: ArchiveFile): Promise<void> {
  const names = await namesInFile(db.pipeline, old.key);
  const bytes = names.size === 0 ? null : await readArchived(store, old.key);
  let next: ArchiveFile | null = null;
  if (bytes !== null) {
    const rows = (await readParquet(bytes)).filter(({ id }) => names.has(String(id)));
    const written = await writeParquet(ARCHIVE_COLUMNS, rows);
    const { own } = await archiveNames(db.pipeline);
    const key = fileKey(own, old.madeAtMs, randomBytes);
    await store.put(key, written, { mediaType: 'application/vnd.apache.parquet' });
    next = { ...old, key, parcels: rows.length, sizeBytes: written.length };
  }
  // A parcel erased during the rewrite stays in the new file until the next night, without a key.
  await withTransaction(db.pipeline, (tx) => replaceFile(tx, old, next, names));
  await store.remove(old.key);
}

/**
 * Removes at most `limit` files made before `beforeMs`, with all parcels in them; returns how many.
 */
async function dropArchivesBefore(
  { db, store }: ArchiveDeps,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const files = await filesBefore(db.pipeline, beforeMs, limit);
  for (const { key } of files) {
    await store.remove(key);
    await withTransaction(db.pipeline, (tx) => dropFile(tx, key));
  }
  return files.length;
}

/**
 * How long a file that the database does not list stays: its writer may be about to record it.
 */
const UNKNOWN_RETENTION_MS = DAY_MS;

/** Trail files are written elsewhere, but cleaned up here. */
const FOLDERS = [PARCELS_FOLDER, 'trails/'] as const;

/**
 * Removes files of this hub that the database does not list, a day after they were made: their
 * writer crashed, or could not remove a file after rewriting it. Files written before a restore are
 * removed only when their period is over, because the hub that was backed up may still be running
 * and use them. Files of other hubs stay: a new database with an old archive lists none of its
 * files, and its backup may yet be restored. Returns how many files.
 */
async function dropUnknownFiles(
  { db, store, clock }: ArchiveDeps,
  retentionMs: number,
): Promise<number> {
  const { own, earlier } = await archiveNames(db.pipeline);
  const nowMs = clock.nowMs();
  let gone = 0;
  let batch: string[] = [];
  const removeUnlisted = async () => {
    const known = await knownFiles(db.pipeline, batch);
    for (const key of batch.filter((each) => !known.has(each))) {
      await store.remove(key);
      gone += 1;
    }
    batch = [];
  };
  for (const folder of FOLDERS) {
    for await (const { key, modifiedAtMs } of store.list(folder)) {
      const ageMs = nowMs - modifiedAtMs;
      const isOver =
        (ageMs >= UNKNOWN_RETENTION_MS && isFileOf(own, key)) ||
        (ageMs >= retentionMs && earlier.some((name) => isFileOf(name, key)));
      if (!isOver) continue;
      batch.push(key);
      if (batch.length === 1_000) await removeUnlisted();
    }
  }
  await removeUnlisted();
  return gone;
}
