import type { Queryable } from '../platform/database/database.ts';
import { dropProofRequestsBefore, dropTablesBut, dropTargetsEndedBefore } from './retention.sql.ts';

/** How many learned tables are retained, to go back to: a month's, one per night. */
const TABLES_RETAINED = 30;

/**
 * Removes what the poller no longer needs, at most `limit` rows of each kind; returns how many.
 * Ended parcels show when updates come, and explain why they are no longer polled; those that ended
 * before the limit are removed. Safe in many processes at once. A parcel that a late update of the
 * carrier reopens ends again by itself.
 */
export async function dropOldPolling(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const targets = await dropTargetsEndedBefore(db, beforeMs, limit);
  const requests = await dropProofRequestsBefore(db, beforeMs, limit);
  return targets + requests + (await dropTablesBut(db, TABLES_RETAINED, limit));
}
