import type { Database } from '../../platform/database/database.ts';
import type { TrackingDeps } from '../tracking.ts';
import { deleteInBatches } from './delete-batches.ts';
import { endedBefore } from './erase.sql.ts';
import type { Sweeping } from './held-back.ts';

/**
 * Deletes at most `limit` shipments of a carrier that were delivered or ended otherwise before
 * then, as their merchants could: some carriers' terms require it. Failures are skipped. Returns
 * how many were deleted.
 */
export async function sweepEnded(
  deps: TrackingDeps & { readonly db: Pick<Database, 'pipeline'> },
  carrier: string,
  beforeMs: number,
  limit: number,
  { held, pacer }: Sweeping,
): Promise<number> {
  const ended = await endedBefore(deps.db.pipeline, carrier, beforeMs, limit, held.ids());
  const failed = await deleteInBatches(deps, ended, { pacer });
  held.add(failed);
  return ended.length - failed.length;
}
