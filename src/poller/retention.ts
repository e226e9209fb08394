import type { Queryable } from '../platform/database.ts';
import { dropProofRequestsBefore, dropTablesBut, dropTargetsEndedBefore } from './retention.sql.ts';

/** Ended parcels teach when news comes, and answer why they are not asked for, so long. */
const ENDED_KEPT_MS = 90 * 86_400_000;
/** Learned tables to go back to: a month's, learned night by night. */
const TABLES_KEPT = 30;

/**
 * Removes what the poller needs no more, at most `limit` rows of each kind; answers how many.
 * Safe in many processes at once. What a late word of the carrier brings back ends by itself.
 */
export async function dropOldPolling(db: Queryable, nowMs: number, limit: number): Promise<number> {
  const beforeMs = nowMs - ENDED_KEPT_MS;
  const targets = await dropTargetsEndedBefore(db, beforeMs, limit);
  const requests = await dropProofRequestsBefore(db, beforeMs, limit);
  return targets + requests + (await dropTablesBut(db, TABLES_KEPT, limit));
}
