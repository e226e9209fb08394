import { deleteCouriers, revokeDevices } from '../../fleet/couriers/index.ts';
import { revokeApiKeys } from '../../merchants/index.ts';
import type { Queryable } from '../../platform/database/database.ts';

/**
 * Access that was ended after a backup is valid again after its restore. Ends it again for those of
 * these ids that are keys, couriers' phones or couriers. Returns how many there were.
 */
export async function withdrawAgain(
  db: Queryable,
  ids: readonly string[],
  nowMs: number,
): Promise<number> {
  // A removed courier's phones go along, and are not counted.
  const couriers = await deleteCouriers(db, ids);
  return couriers + (await revokeDevices(db, ids, nowMs)) + (await revokeApiKeys(db, ids, nowMs));
}
