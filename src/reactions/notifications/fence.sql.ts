import type { Queryable } from '../../platform/database/database.ts';
import { queryCount, queryValue } from '../../platform/database/query-rows.ts';
import { markUnreadQuiet } from '../../platform/event-log/fence.sql.ts';
import { NOTIFICATIONS_CONSUMER } from './start-notifications.ts';

/** The reason of a dead letter that a restore held back; nothing is wrong with the message. */
const HELD_BY_RESTORE =
  'held: the hub was restored from a backup, and this may have been sent before';

/**
 * Holds the messages that were waiting or being sent at the time of the backup, because they may
 * have been sent since. They become dead letters that operators can resend. Returns how many there
 * are.
 */
export async function holdMessages(db: Queryable, nowMs: number): Promise<number> {
  await markUnreadQuiet(db, NOTIFICATIONS_CONSUMER);
  return queryCount(
    db,
    `update notifications
     set state = 'dead', reason = $2, ended_at = to_timestamp($1 / 1000.0), send_at = null,
         lease = null, lease_holder = null, lease_until = null
     where state in ('queued', 'postponed', 'sending')`,
    [nowMs, HELD_BY_RESTORE],
  );
}

/** The number of held messages, counted up to `limit`. */
export async function heldMessages(db: Queryable, limit: number): Promise<number> {
  return (
    (await queryValue<number>(
      db,
      `select count(*)::int as many from (
       select from notifications where state = 'dead' and reason = $1 limit $2) as held`,
      [HELD_BY_RESTORE, limit],
    )) ?? 0
  );
}

/**
 * Releases the held messages of a channel (null: all channels). What has become stale or untrue
 * since is still not sent. Returns how many there are.
 */
export function releaseMessages(
  db: Queryable,
  channel: string | null,
  nowMs: number,
): Promise<number> {
  return queryCount(
    db,
    `update notifications set state = 'queued', reason = null, attempts_before = attempts,
       ended_at = null, send_at = to_timestamp($1 / 1000.0)
     where state = 'dead' and reason = $2 and ($3::text is null or channel = $3)`,
    [nowMs, HELD_BY_RESTORE, channel],
  );
}

/**
 * Discards the held messages of a channel (null: all channels): they stay listed as not sent.
 * Returns how many there are.
 */
export function discardMessages(
  db: Queryable,
  channel: string | null,
  nowMs: number,
): Promise<number> {
  return queryCount(
    db,
    `update notifications set state = 'not_sent', reason = 'stale',
       ended_at = to_timestamp($1 / 1000.0)
     where state = 'dead' and reason = $2 and ($3::text is null or channel = $3)`,
    [nowMs, HELD_BY_RESTORE, channel],
  );
}
