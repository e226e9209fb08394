import type { Queryable } from '../../platform/database/database.ts';
import { queryAny, queryRows } from '../../platform/database/query-rows.ts';
import { BULK_PARTITION, PARTITIONS, SHOP_PARTITION } from '../inbound-message.ts';

/** The backlog in one snapshot, without bulk inbound messages, behind which nothing waits. */
export interface BacklogRow {
  /** Unprocessed inbound messages, counted up to the limit. */
  readonly waiting: number;
  /** Those of these that were received before `settledMs`. */
  readonly settled: number;
  /** When the oldest was received (epoch ms); null if none waits. */
  readonly oldestMs: number | null;
  /** Inbound messages of any fate received from `fromMs` until `settledMs`. */
  readonly arrived: number;
}

/**
 * Longest wait for an answer: a server that vanished does not even say so; TCP notices after a
 * quarter of an hour.
 */
const ANSWER_MS_MAX = 10_000;

/**
 * Measures the backlog. Rejects when no answer arrives in time.
 *
 * @param fromMs, settledMs a period long enough ago that its inbound messages are on disk. Ids
 * begin with the time of receipt, so it is a range of the primary key.
 */
export async function measureBacklog(
  db: Queryable,
  { fromMs, settledMs, countMax }: { fromMs: number; settledMs: number; countMax: number },
): Promise<BacklogRow> {
  const query = {
    name: 'look_at_backlog',
    text: `
      select w.waiting, w.settled, w.oldest_ms,
             (select count(*) from inbound_messages
              where id >= $1::uuid and id < $2::uuid and partition between 0 and ${PARTITIONS - 1}) as arrived
      from (select count(*) as waiting, count(*) filter (where id < $2::uuid) as settled,
                   extract(epoch from min(received_at)) * 1000 as oldest_ms
            from (select inbound_message_id as id, received_at from waiting_inbound_messages
                  where partition between 0 and ${PARTITIONS - 1}
                  limit $3::int) as waiting) as w`,
    values: [firstIdOf(fromMs), firstIdOf(settledMs), countMax],
    query_timeout: ANSWER_MS_MAX,
  };
  const rows = await queryRows<{
    waiting: string;
    settled: string;
    oldestMs: string | null;
    arrived: string;
  }>(db, query);
  const row = rows[0];
  return {
    waiting: Number(row?.waiting ?? 0),
    settled: Number(row?.settled ?? 0),
    oldestMs: row?.oldestMs == null ? null : Number(row.oldestMs),
    arrived: Number(row?.arrived ?? 0),
  };
}

/** Returns an id that sorts before every UUIDv7 made in that millisecond. */
function firstIdOf(atMs: number): string {
  const hex = Math.max(0, Math.floor(atMs)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/**
 * Returns whether more than this many inbound messages wait, without postponed ones; reads no more
 * of them than that.
 */
export function isInboxCrowded(db: Queryable, than: number): Promise<boolean> {
  return queryAny(db, {
    name: 'inbox_crowded',
    text: `select from waiting_inbound_messages where partition between 0 and ${BULK_PARTITION}
           offset $1 limit 1`,
    values: [than],
  });
}

/**
 * Returns whether an inbound message that arrived before `thanMs` still waits. Bulk and postponed
 * messages count, shops' do not.
 */
export function isOlderWaiting(db: Queryable, thanMs: number): Promise<boolean> {
  return queryAny(db, {
    name: 'older_waiting',
    text: `select from waiting_inbound_messages
           where partition <> ${SHOP_PARTITION} and received_at < to_timestamp($1 / 1000.0) limit 1`,
    values: [thanMs],
  });
}

/**
 * Returns whether an inbound message in one of the ordinary partitions (not bulk, not postponed, not
 * shops') that arrived before `thanMs` is still unprocessed.
 */
export function isOlderPromptWaiting(db: Queryable, thanMs: number): Promise<boolean> {
  return queryAny(db, {
    name: 'older_prompt_waiting',
    text: `select from waiting_inbound_messages
           where partition between 0 and ${PARTITIONS - 1}
             and received_at < to_timestamp($1 / 1000.0) limit 1`,
    values: [thanMs],
  });
}
