import { uuidV7 } from '../../kernel/ids.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryCount } from '../../platform/database/query-rows.ts';

const DAY_MS = 86_400_000;
/**
 * How long an unconfirmed subscription is stored: we have no right to the address. Links expire
 * before.
 */
const PENDING_RETENTION_MS = 3 * DAY_MS;
const REQUESTS_RETENTION_MS = DAY_MS;
/**
 * How long a permanent window is stored. No carrier reports about a parcel so long after its
 * delivery, and so old an event would be stale anyway.
 */
const PERMANENT_RETENTION_MS = 400 * DAY_MS;
/**
 * The time limit of a call, which is made every minute. A busy installation writes millions of rows
 * a day, so one batch would never catch up; the rest of the minute is for other work.
 */
const SWEEP_MS = 20_000;

/**
 * Removes expired rows, a batch of each kind at a time, until nothing is left or the time is over.
 *
 * @param elapsedMs returns the time since the call began.
 */
export async function dropOldNotifications(
  db: Queryable,
  nowMs: number,
  limit: number,
  retention: MessageRetention,
  elapsedMs: () => number = sinceNow(),
): Promise<number> {
  let dropped = 0;
  let pending = expiredAfter(retention);
  while (pending.length > 0) {
    const left: Expired[] = [];
    for (const expired of pending) {
      if (elapsedMs() >= SWEEP_MS) return dropped;
      const count = await drop(db, expired, nowMs, limit);
      dropped += count;
      if (count >= limit) left.push(expired);
    }
    pending = left;
  }
  return dropped;
}

interface Expired {
  readonly table: string;
  readonly key: string;
  /** The condition of expired rows; `$1` is the value of `before`. */
  readonly where: string;
  readonly before: (nowMs: number) => number | string;
}

const before = (column: string) => `${column} < to_timestamp($1 / 1000.0)`;

/** The retention periods that are set for the installation. */
export interface MessageRetention {
  /** How long messages and decisions are stored. */
  readonly messagesMs: number;
  /** How long subscribers' addresses are stored. */
  readonly subscriptionsMs: number;
}

const expiredAfter = ({ messagesMs, subscriptionsMs }: MessageRetention): readonly Expired[] => [
  {
    table: 'notifications',
    key: 'id',
    where: `${before('created_at')} and state not in ('queued', 'postponed', 'sending')`,
    before: (nowMs) => nowMs - messagesMs,
  },
  {
    table: 'subscriptions',
    key: 'id',
    where: `state = 'pending' and ${before('created_at')}`,
    before: (nowMs) => nowMs - PENDING_RETENTION_MS,
  },
  {
    table: 'subscriptions',
    key: 'id',
    where: before('created_at'),
    before: (nowMs) => nowMs - subscriptionsMs,
  },
  {
    table: 'subscription_requests',
    key: 'id',
    where: before('at'),
    before: (nowMs) => nowMs - REQUESTS_RETENTION_MS,
  },
  {
    table: 'notification_windows',
    key: 'shipment_id, subject, channel, address_hash',
    where: before('published_until'),
    before: (nowMs) => nowMs - DAY_MS,
  },
  {
    table: 'notification_windows',
    key: 'shipment_id, subject, channel, address_hash',
    // Ids begin with the time at which they were made.
    where: `published_until = 'infinity' and notification_id < $1::uuid`,
    before: (nowMs) => uuidV7(nowMs - PERMANENT_RETENTION_MS, new Uint8Array(10)),
  },
];

function drop(
  db: Queryable,
  { table, key, where, before: beforeOf }: Expired,
  nowMs: number,
  limit: number,
): Promise<number> {
  return queryCount(
    db,
    `delete from ${table} where (${key}) in
       (select ${key} from ${table} where ${where} limit $2)`,
    [beforeOf(nowMs), limit],
  );
}

function sinceNow(): () => number {
  const beganMs = performance.now();
  return () => performance.now() - beganMs;
}
