import { deleteInboundMessages, takeExpiredParked } from '../../intake/index.ts';
import { type Database, withTransaction } from '../../platform/database/database.ts';
import { neededByNobody } from './erase-shipment.ts';

/**
 * Removes at most `limit` reports that arrived before then and whose number was never registered,
 * with the inbound messages that nothing else needs. Returns how many reports.
 */
export async function sweepUnclaimed(
  { pipeline }: Pick<Database, 'pipeline'>,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return withTransaction(pipeline, async (tx) => {
    const expired = await takeExpiredParked(tx, beforeMs, limit);
    await deleteInboundMessages(tx, await neededByNobody(tx, expired));
    return expired.length;
  });
}
