import { FLEET_STORAGE } from '../../app/fleet.ts';
import { revokeApiKeys } from '../../merchants/index.ts';
import type { Queryable } from '../../platform/database/database.ts';

/**
 * Ends access again that was ended after a backup and is valid again after its restore, for those
 * of these ids that are keys, couriers' phones or couriers. Returns how many there were.
 */
export async function withdrawAgain(
  db: Queryable,
  ids: readonly string[],
  nowMs: number,
): Promise<number> {
  const ended = await FLEET_STORAGE.withdraw(db, ids, nowMs);
  return ended + (await revokeApiKeys(db, ids, nowMs));
}
