import { deleteCouriers, revokeDevices } from '../../couriers/index.ts';
import { revokeApiKeys } from '../../merchants/index.ts';
import type { Queryable } from '../../platform/database/database.ts';

/**
 * Whoever's access was ended after a backup has it again in what is restored from that. Ends it again, of
 * those among these ids that are keys, couriers' phones or couriers. Answers how many they were.
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
