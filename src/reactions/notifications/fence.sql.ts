import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';
import { quietenUnread } from '../../platform/event-log/fence.sql.ts';
import { NOTIFICATIONS_CONSUMER } from './start-notifications.ts';

/** Why a message is a dead letter that nothing is wrong with. */
const HELD_BY_RESTORE =
  'held: the hub was restored from a backup, and this may have been sent before';

/**
 * After a restore from a backup: what waited to be sent then, or was being sent, may have been sent
 * since. It becomes a dead letter that operators can resend. Returns how many.
 */
export async function holdMessages(db: Queryable, nowMs: number): Promise<number> {
  await quietenUnread(db, NOTIFICATIONS_CONSUMER);
  const { rowCount } = await db.query(
    `update notifications
     set state = 'dead', reason = $2, ended_at = to_timestamp($1 / 1000.0), send_at = null,
         lease = null, lease_holder = null, lease_until = null
     where state in ('queued', 'postponed', 'sending')`,
    [nowMs, HELD_BY_RESTORE],
  );
  return rowCount ?? 0;
}

/** How many are held; up to `limit`. */
export async function heldMessages(db: Queryable, limit: number): Promise<number> {
  const rows = await queryRows<{ many: number }>(
    db,
    `select count(*)::int as many from (
       select from notifications where state = 'dead' and reason = $1 limit $2) as held`,
    [HELD_BY_RESTORE, limit],
  );
  return rows[0]?.many ?? 0;
}

/**
 * Has what is held sent after all, those of the given channel or all; whatever has become stale or
 * untrue since is still left out when its turn comes. Returns how many.
 */
export async function releaseMessages(
  db: Queryable,
  channel: string | null,
  nowMs: number,
): Promise<number> {
  const { rowCount } = await db.query(
    `update notifications set state = 'queued', reason = null, attempts_before = attempts,
       ended_at = null, send_at = to_timestamp($1 / 1000.0)
     where state = 'dead' and reason = $2 and ($3::text is null or channel = $3)`,
    [nowMs, HELD_BY_RESTORE, channel],
  );
  return rowCount ?? 0;
}

/** Gives up what is held: it stays listed as not sent. Answers how many. */
export async function discardMessages(
  db: Queryable,
  channel: string | null,
  nowMs: number,
): Promise<number> {
  const { rowCount } = await db.query(
    `update notifications set state = 'not_sent', reason = 'stale',
       ended_at = to_timestamp($1 / 1000.0)
     where state = 'dead' and reason = $2 and ($3::text is null or channel = $3)`,
    [nowMs, HELD_BY_RESTORE, channel],
  );
  return rowCount ?? 0;
}
