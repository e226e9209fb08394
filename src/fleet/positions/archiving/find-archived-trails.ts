import { readArchived } from '../../../platform/archives/open-archive.ts';
import { type ParquetRow, readParquet } from '../../../platform/archives/parquet.ts';
import type { TrailPoint } from '../trails/compact-trail.ts';
import type { TrailArchiveDeps } from './archive-old-trails.ts';
import { openArchivedTrail } from './archived-trail.ts';
import { archivedTrailsOf, type TrailKey } from './archived-trails.sql.ts';

/** An archived trail, opened. */
export interface FoundTrail extends Pick<TrailKey, 'day' | 'file'> {
  /** `line`: where the courier was; otherwise why it was not shown. */
  readonly kind: string;
  readonly points: readonly TrailPoint[];
}

/** A courier's archived trails, in order of days. Rejects if a file cannot be read. */
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
