import { uuidV7 } from '../../../kernel/ids.ts';
import { archiveNames } from '../../../platform/archives/archive-name.sql.ts';
import { readArchived } from '../../../platform/archives/open-archive.ts';
import { readParquet, writeParquet } from '../../../platform/archives/parquet.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import { type Database, withTransaction } from '../../../platform/database/database.ts';
import type { ObjectStore } from '../../../platform/objects/object-store.ts';
import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import { archivedTrailRow, TRAIL_COLUMNS } from './archived-trail.ts';
import {
  type ArchivedTrail,
  moveToFile,
  replaceTrailFile,
  type TrailFile,
  trailFilesWithErased,
  trailNamesIn,
  trailsBefore,
} from './archived-trails.sql.ts';

export interface TrailArchiveDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly store: Pick<ObjectStore, 'put' | 'read' | 'remove'>;
  readonly sealer: EnvelopeSealer;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

const MEDIA_TYPE = { mediaType: 'application/vnd.apache.parquet' };
const DAY_MS = 86_400_000;

/**
 * Writes at most `limit` trails from days before then into one archive file, then removes them
 * from the database. A process killed in between repeats it, and the orphaned file is removed.
 * Returns how many.
 */
export async function archiveTrails(
  deps: TrailArchiveDeps,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const { db, store, sealer, clock, randomBytes } = deps;
  const trails = await trailsBefore(db.pipeline, beforeMs, limit);
  if (trails.length === 0) return 0;
  const nowMs = clock.nowMs();
  const rows = trails.map((trail) => {
    const id = uuidV7(nowMs, randomBytes(10));
    const { row, dataKey } = archivedTrailRow(id, trail, sealer);
    const archived: ArchivedTrail = { id, trail, dataKey };
    return { row, archived };
  });
  const bytes = await writeParquet(
    TRAIL_COLUMNS,
    rows.map(({ row }) => row),
  );
  const key = await trailKey(deps, nowMs);
  await store.put(key, bytes, MEDIA_TYPE);
  const file = { key, madeAtMs: nowMs, trails: rows.length, sizeBytes: bytes.length };
  await withTransaction(db.pipeline, (tx) =>
    moveToFile(
      tx,
      file,
      rows.map(({ archived }) => archived),
    ),
  );
  return trails.length;
}

/** `trails/2026-11-22/….parquet`, named after its writer like the files of parcels. */
async function trailKey(
  { db, randomBytes }: Pick<TrailArchiveDeps, 'db' | 'randomBytes'>,
  atMs: number,
): Promise<string> {
  const { own } = await archiveNames(db.pipeline);
  const day = new Date(atMs).toISOString().slice(0, 10);
  return `trails/${day}/${own}-${uuidV7(atMs, randomBytes(10))}.parquet`;
}

/**
 * Rewrites at most `limit` files that contain trails of erased couriers, without those. Returns
 * how many.
 */
async function rewriteTrails(deps: TrailArchiveDeps, limit: number): Promise<number> {
  const files = await trailFilesWithErased(deps.db.pipeline, limit);
  for (const file of files) await rewrite(deps, file);
  return files.length;
}

async function rewrite(deps: TrailArchiveDeps, old: TrailFile): Promise<void> {
  const { db, store } = deps;
  const names = await trailNamesIn(db.pipeline, old.key);
  const bytes = names.size === 0 ? null : await readArchived(store, old.key);
  let next: TrailFile | null = null;
  if (bytes !== null) {
    const rows = (await readParquet(bytes)).filter(({ id }) => names.has(String(id)));
    const written = await writeParquet(TRAIL_COLUMNS, rows);
    const key = await trailKey(deps, old.madeAtMs);
    await store.put(key, written, MEDIA_TYPE);
    next = { ...old, key, trails: rows.length, sizeBytes: written.length };
  }
  await withTransaction(db.pipeline, (tx) => replaceTrailFile(tx, old.key, next));
  await store.remove(old.key);
}

/** The sweep that rewrites files: once after each midnight, UTC. */
export function nightlyRewriteOfTrails(
  deps: TrailArchiveDeps,
  limit: number,
): () => Promise<number> {
  let doneOnDay = -1;
  return async () => {
    const day = Math.floor(deps.clock.nowMs() / DAY_MS);
    if (day === doneOnDay) return 0;
    const many = await rewriteTrails(deps, limit);
    if (many < limit) doneOnDay = day;
    return many;
  };
}
