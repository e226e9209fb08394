import type { Database } from '../../platform/database/database.ts';
import { deleteShipment } from '../commands/manage.ts';
import type { TrackingDeps } from '../tracking.ts';
import { endedBefore } from './erase.sql.ts';

/**
 * Deletes at most `limit` shipments of a carrier that were delivered before then, or ended otherwise, as
 * their merchants might have: what a carrier's terms ask for. Answers how many.
 */
export async function sweepEnded(
  deps: TrackingDeps & { readonly db: Pick<Database, 'pipeline'> },
  carrier: string,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const ended = await endedBefore(deps.db.pipeline, carrier, beforeMs, limit);
  for (const { id, merchantId, mode } of ended) {
    await deleteShipment(deps, { merchantId, mode }, id);
  }
  return ended.length;
}
