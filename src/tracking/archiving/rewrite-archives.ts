import { archiveNames, isFileOf } from '../../platform/archives/archive-name.sql.ts';
import { readArchived } from '../../platform/archives/open-archive.ts';
import { readParquet, writeParquet } from '../../platform/archives/parquet.ts';
import { withTransaction } from '../../platform/database/database.ts';
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

const DAY_MS = 86_400_000;

/**
 * Writes anew at most `limit` files with parcels that were erased before this night (midnight in UTC), without
 * those; a file of which nothing is left goes. Their keys were destroyed at once; what remains until then are
 * status and times of a parcel without a name. Answers how many.
 */
export async function rewriteErased(deps: ArchiveDeps, limit: number): Promise<number> {
  const { db, clock } = deps;
  const midnightMs = Math.floor(clock.nowMs() / DAY_MS) * DAY_MS;
  const files = await filesWithErased(db.pipeline, midnightMs, limit);
  for (const file of files) await rewrite(deps, file);
  return files.length;
}

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
  // Who is erased meanwhile is in the new file for a night, without a key.
  await withTransaction(db.pipeline, (tx) => replaceFile(tx, old, next, names));
  await store.remove(old.key);
}

/** Removes at most `limit` files that were made before then, with all parcels in them; answers how many. */
export async function dropArchivesBefore(
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

/** One of these is being written, or was when its writer was killed. */
const UNKNOWN_RETENTION_MS = DAY_MS;

/** Files of trails are written elsewhere, and looked after here. */
const FOLDERS = [PARCELS_FOLDER, 'trails/'] as const;

/**
 * Removes files of this hub that no row knows, a day after they were made: whoever wrote them was killed, or
 * could not remove what was written anew. Those that it wrote before it was restored go when their period is over,
 * because the hub that the backup was of may still live, and know them. Another's stay: a new database in front of
 * an old archive knows none of its files, and its backup may yet come back. Answers how many.
 */
export async function dropUnknownFiles(
  { db, store, clock }: ArchiveDeps,
  retentionMs: number,
): Promise<number> {
  const { own, earlier } = await archiveNames(db.pipeline);
  const nowMs = clock.nowMs();
  let gone = 0;
  let batch: string[] = [];
  const settle = async () => {
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
      if (batch.length === 1_000) await settle();
    }
  }
  await settle();
  return gone;
}
