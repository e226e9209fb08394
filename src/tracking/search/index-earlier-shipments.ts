import { withTransaction } from '../../platform/database/database.ts';
import { openPersonal } from '../personal.ts';
import type { TrackingDeps } from '../tracking.ts';
import { indexAnew, indexPeople, lockUnindexed } from './people-index.sql.ts';

/**
 * Makes at most `limit` shipments findable that were stored by an earlier version, or by a command
 * without the key. Returns how many. It may be stopped at any time: the next call goes on.
 */
export async function indexEarlierShipments(
  { db, sealer, people }: Pick<TrackingDeps, 'db' | 'sealer' | 'people'>,
  limit: number,
): Promise<number> {
  if (people === null) return 0;
  return withTransaction(db.pipeline, async (tx) => {
    const some = await lockUnindexed(tx, limit);
    if (some.length === 0) return 0;
    await indexAnew(
      tx,
      some.map(({ id }) => id),
    );
    await indexPeople(
      tx,
      some.map(({ id, merchantId, mode, sealed }) => ({
        id,
        sealedPersonal: sealed && {
          ...sealed,
          hashes: people.of({ merchantId, mode }, openPersonal(sealed, sealer)),
        },
      })),
    );
    return some.length;
  });
}
