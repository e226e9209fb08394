import type { Queryable } from '../../platform/database/database.ts';
import { folderOf, REASON_SUFFIX, REJECTED_SUFFIX } from './drop.ts';
import type { DropPlace, MerchantFolders } from './drop-place.ts';
import { deleteDrops, dropsEndedBefore } from './drops.sql.ts';

/**
 * Removes at most `limit` drops that ended before `beforeMs`, with their filed files: scans name
 * people, and are retained no longer there than in the hub. Drops at a place this process cannot
 * reach stay. Returns how many were removed.
 */
export async function dropOldDrops(
  db: Queryable,
  { places, merchants }: { places: readonly DropPlace[]; merchants: MerchantFolders },
  beforeMs: number,
  limit: number,
): Promise<number> {
  const names = places.map(({ store }) => store.name);
  const old = await dropsEndedBefore(db, names, beforeMs, limit);
  for (const drop of old) {
    const store = places.find((place) => place.store.name === drop.place)?.store;
    const folder = await merchants.folderOf(drop.tenant);
    if (store === undefined || folder === null || drop.filedName === null) continue;
    const key = `${folder}${folderOf(drop)}/${drop.filedName}`;
    for (const suffix of ['', REJECTED_SUFFIX, REASON_SUFFIX]) await store.remove(key + suffix);
  }
  await deleteDrops(
    db,
    old.map(({ id }) => id),
  );
  return old.length;
}
