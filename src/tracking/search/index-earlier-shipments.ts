import { withTransaction } from '../../platform/database/database.ts';
import { destinationOf, openPersonal } from '../personal.ts';
import type { TrackingDeps } from '../tracking.ts';
import { indexAnew, indexPeople, lockUnindexed } from './people-index.sql.ts';

/**
 * Makes at most `limit` shipments findable that were stored by an earlier version, or by a command
 * without the key. Returns how many. Call it again until it returns 0.
 */
export async function indexEarlierShipments(
  { db, sealer, people }: Pick<TrackingDeps, 'db' | 'sealer' | 'people'>,
  limit: number,
): Promise<number> {
  if (people === null) return 0;
  return withTransaction(db.pipeline, async (tx) => {
    const some = await lockUnindexed(tx, limit);
    if (some.length === 0) return 0;
    const opened = some.map(({ id, merchantId, mode, sealed }) => {
      const personal = openPersonal(sealed, sealer);
      const hashes = people.of({ merchantId, mode }, personal);
      return { id, ...destinationOf(personal), sealedPersonal: sealed && { ...sealed, hashes } };
    });
    await indexAnew(tx, opened);
    await indexPeople(tx, opened);
    return some.length;
  });
}
