import { uuidV7 } from '../../kernel/ids.ts';
import type { Queryable } from '../../platform/database/database.ts';

const DAY_MS = 86_400_000;
/** Nobody confirmed: the address is none of our business. Links end before. */
const PENDING_RETENTION_MS = 3 * DAY_MS;
const REQUESTS_RETENTION_MS = DAY_MS;
/** No carrier speaks of a parcel so long after it was delivered; an event that old is stale besides. */
const PERMANENT_RETENTION_MS = 400 * DAY_MS;
/**
 * Of each minute at which it is called: a busy installation writes millions of rows a day, so one
 * batch would never catch up, and what has expired may be swept as long as others get their turn.
 */
const SWEEP_MS = 20_000;

/**
 * Removes what is no longer needed, a batch of each at a time, until nothing is left or the time is
 * over.
 *
 * @param elapsedMs since it began.
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
  /** `$1` is what `before` says. */
  readonly where: string;
  readonly before: (nowMs: number) => number | string;
}

const before = (column: string) => `${column} < to_timestamp($1 / 1000.0)`;

/** What installations differ in. */
export interface MessageRetention {
  /** What was sent and not sent. */
  readonly messagesMs: number;
  /** Subscribers' addresses. */
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

async function drop(
  db: Queryable,
  { table, key, where, before: beforeOf }: Expired,
  nowMs: number,
  limit: number,
): Promise<number> {
  const { rowCount } = await db.query(
    `delete from ${table} where (${key}) in
       (select ${key} from ${table} where ${where} limit $2)`,
    [beforeOf(nowMs), limit],
  );
  return rowCount ?? 0;
}

function sinceNow(): () => number {
  const beganMs = performance.now();
  return () => performance.now() - beganMs;
}
