import type { Queryable } from '../platform/database/database.ts';
import { dropProofRequestsBefore, dropTablesBut, dropTargetsEndedBefore } from './retention.sql.ts';

/** Learned tables to go back to: a month's, learned night by night. */
const TABLES_RETAINED = 30;

/**
 * Removes what the poller needs no more, at most `limit` rows of each kind; answers how many. Ended
 * parcels teach when updates come, and answer why they are not asked for: those that ended before go.
 * Safe in many processes at once. What a late word of the carrier brings back ends by itself.
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
