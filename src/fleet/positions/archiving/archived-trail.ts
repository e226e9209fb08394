import { uuidV7 } from '../../../kernel/ids.ts';
import { archiveNames } from '../../../platform/archives/archive-name.sql.ts';
import {
  type ParquetColumns,
  type ParquetRow,
  readArchived,
  readParquet,
  writeParquet,
} from '../../../platform/archives/parquet.ts';

import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import { type Database, withTransaction } from '../../../platform/database/database.ts';
import type { ObjectStore } from '../../../platform/objects/object-store.ts';
import type { EnvelopeSealer } from '../../../platform/sealing/sealing.ts';
import { type TrailPoint, unpackTrail } from '../trails/compact-trail.ts';
import {
  type ArchivedTrail,
  archivedTrailsOf,
  moveToFile,
  type OldTrail,
  readableTrailIds,
  replaceTrailFile,
  type TrailFile,
  type TrailKey,
  trailFilesWithErased,
  trailsBefore,
} from './archived-trails.sql.ts';

interface TrailArchiveDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly store: Pick<ObjectStore, 'put' | 'read' | 'remove'>;
  readonly sealer: EnvelopeSealer;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

const MEDIA_TYPE = { mediaType: 'application/vnd.apache.parquet' };
const DAY_MS = 86_400_000;

/**
 * Writes at most `limit` trails from days before then into one archive file, then removes them from
 * the database. If the process is killed in between, the next run repeats both steps and the orphaned
 * file is removed. Returns the number of trails.
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

/**
 * The key of a new archive file, such as `trails/2026-11-22/….parquet`. It names its writer, like
 * the files of parcels.
 */
async function trailKey(
  { db, randomBytes }: Pick<TrailArchiveDeps, 'db' | 'randomBytes'>,
  atMs: number,
): Promise<string> {
  const { own } = await archiveNames(db.pipeline);
  const day = new Date(atMs).toISOString().slice(0, 10);
  return `trails/${day}/${own}-${uuidV7(atMs, randomBytes(10))}.parquet`;
}

/**
 * Rewrites at most `limit` files that contain trails of erased couriers, without these trails.
 * Returns how many.
 */
async function rewriteTrails(deps: TrailArchiveDeps, limit: number): Promise<number> {
  const files = await trailFilesWithErased(deps.db.pipeline, limit);
  for (const file of files) await rewrite(deps, file);
  return files.length;
}

async function rewrite(deps: TrailArchiveDeps, old: TrailFile): Promise<void> {
  const { db, store } = deps;
  const ids = await readableTrailIds(db.pipeline, old.key);
  const bytes = ids.size === 0 ? null : await readArchived(store, old.key);
  let next: TrailFile | null = null;
  if (bytes !== null) {
    const rows = (await readParquet(bytes)).filter(({ id }) => ids.has(String(id)));
    const written = await writeParquet(TRAIL_COLUMNS, rows);
    const key = await trailKey(deps, old.madeAtMs);
    await store.put(key, written, MEDIA_TYPE);
    next = { ...old, key, trails: rows.length, sizeBytes: written.length };
  }
  await withTransaction(db.pipeline, (tx) => replaceTrailFile(tx, old.key, next));
  await store.remove(old.key);
}

/** Returns the sweep that rewrites files, which works once after each midnight, UTC. */
export function nightlyRewriteOfTrails(
  deps: TrailArchiveDeps,
  limit: number,
): () => Promise<number> {
  let doneOnDay = -1;
  return async () => {
    const day = Math.floor(deps.clock.nowMs() / DAY_MS);
    if (day === doneOnDay) return 0;
    const count = await rewriteTrails(deps, limit);
    if (count < limit) doneOnDay = day;
    return count;
  };
}

/**
 * The columns of an archive file. A row is where a courier was on a day, or a part of a day.
 * Columns for statistics are in the clear; identity, time and place are in `sealed`, which the key
 * in the database opens.
 */
const TRAIL_COLUMNS: ParquetColumns = {
  id: 'STRING',
  merchant: 'STRING',
  mode: 'STRING',
  day: 'STRING',
  kind: 'STRING',
  reported: 'INT32',
  points: 'INT32',
  sealed: 'BYTE_ARRAY',
};

const FORMAT = 1;
const HEADER_BYTES = 1;

/**
 * Returns the row of a trail. Its sealed part is a byte for the format, then the points as stored
 * in the database.
 */
function archivedTrailRow(
  id: string,
  trail: OldTrail,
  sealer: EnvelopeSealer,
): { readonly row: ParquetRow; readonly dataKey: Uint8Array } {
  const { sealed, dataKey } = sealer.seal(Buffer.concat([Buffer.from([FORMAT]), trail.trail]));
  const { merchantId: merchant, mode, day, kind, reported, points } = trail;
  return { row: { id, merchant, mode, day, kind, reported, points, sealed }, dataKey };
}

/**
 * Opens the sealed part of a row. Throws `SealBroken`, and an error if the format of the row is
 * unknown.
 */
function openArchivedTrail(
  row: ParquetRow,
  dataKey: Uint8Array,
  sealer: EnvelopeSealer,
): TrailPoint[] {
  const sealed = row['sealed'];
  if (!(sealed instanceof Uint8Array)) throw new Error('the row of the archive holds no trail');
  const opened = sealer.open(sealed, dataKey);
  if (opened[0] !== FORMAT) throw new Error('the row was archived by a newer version of Waybill');
  return unpackTrail(opened.subarray(HEADER_BYTES));
}

/** An archived trail, opened. */
export interface FoundTrail extends Pick<TrailKey, 'day' | 'file'> {
  /** `line` for the courier's track; otherwise the reason why these positions were not shown. */
  readonly kind: string;
  readonly points: readonly TrailPoint[];
}

/** Reads a courier's archived trails, in order of days. Rejects if a file cannot be read. */
export async function* findArchivedTrails(
  {
    db,
    sealer,
    store,
  }: Pick<TrailArchiveDeps, 'db' | 'sealer'> & {
    readonly store: Pick<TrailArchiveDeps['store'], 'read'>;
  },
  courierId: string,
): AsyncGenerator<FoundTrail> {
  let [opened, rows]: [string | null, ReadonlyMap<string, ParquetRow>] = [null, new Map()];
  for (const { id, day, file, dataKey } of await archivedTrailsOf(db.pipeline, courierId)) {
    if (opened !== file) {
      const bytes = await readArchived(store, file);
      if (bytes === null) throw new Error(`the archive has no file ${file} any more`);
      const found = await readParquet(bytes);
      [opened, rows] = [file, new Map(found.map((row) => [String(row['id']), row]))];
    }
    const row = rows.get(id);
    if (row === undefined) throw new Error(`${file} does not hold the trail`);
    const points = openArchivedTrail(row, dataKey, sealer);
    yield { day, file, kind: String(row['kind']), points };
  }
}
