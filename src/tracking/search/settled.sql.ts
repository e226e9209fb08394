import type { Queryable } from '../../platform/database/database.ts';
import { queryValue } from '../../platform/database/query-rows.ts';

/**
 * A reader that asks again and again for what changed after the newest `updated_at` it has received
 * must miss nothing, although a change is stamped before its commit makes it visible:
 *
 * - No page has changes stamped later than `OPEN_MS` after the oldest open change began, so that the
 *   newest time a reader knows is at most `OPEN_MS` later than any change still to come.
 * - The next reading begins `LOOKBACK_MS` earlier than requested, so that such a change is in it.
 *
 * So some changes are repeated, and only changes that take longer than `OPEN_MS` delay others.
 */
const OPEN_MS = 5_000;
/** How long before its transaction begins a change may be stamped: a full pool, unequal clocks. */
const STAMPED_BEFORE_MS = 10_000;
export const LOOKBACK_MS = OPEN_MS + STAMPED_BEFORE_MS;

/**
 * Returns the newest stamp that a page may have, in epoch ms. To be called before the page is read.
 *
 * @param nowMs by the clock that stamps changes
 * @param after the position of the page; all pages of a reading end at the time of the first
 */
export async function settledUntilMs(
  db: Queryable,
  nowMs: number,
  after: { readonly until?: number | undefined } | null,
): Promise<number> {
  const ageMs = await queryValue<number>(db, {
    name: 'oldest_change_age',
    text: 'select oldest_change_age_ms()',
  });
  return Math.min(after?.until ?? Number.POSITIVE_INFINITY, newestShownMs(nowMs, ageMs));
}

/** The newest stamp shown while a change is open that began this long ago; null: none is. Pure. */
export function newestShownMs(nowMs: number, oldestChangeAgeMs: number | null): number {
  return nowMs - (oldestChangeAgeMs ?? 0) + OPEN_MS;
}
