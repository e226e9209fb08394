import type { Tenant } from '../../kernel/tenant.ts';
import type { Transaction } from '../database/database.ts';
import { queryRows } from '../database/query-rows.ts';
import { type LogEntry, type LogRow, logEntry, SHARDS } from './event-log.ts';
import type { Positions } from './feed-cursor.ts';

export interface FeedKey {
  readonly shard: number;
  readonly position: bigint;
}

/**
 * Returns the tenant's next entries after those positions, ordered by position, which is roughly
 * time order across all shards and exactly commit order within one. It reads keys only, so that the
 * index suffices: up to `limit` of each shard are scanned for `limit` in all. The query names the
 * tenant in addition to row-level security because the planner does not use a policy for an
 * index-only scan.
 */
export async function nextKeys(
  tx: Transaction,
  { merchantId, mode }: Tenant,
  after: Positions,
  limit: number,
): Promise<FeedKey[]> {
  const rows = await queryRows<{ shard: number; position: string }>(tx, {
    name: 'feed_next_keys',
    text: `select k.shard, k.position
           from unnest($3::bigint[]) with ordinality as a(position, nr)
           cross join lateral (
             select e.shard, e.position from event_log e
             where e.merchant_id = $1 and e.mode = $2 and e.shard = a.nr - 1
               and e.position > a.position
             order by e.position limit $4) k
           order by k.position limit $4`,
    values: [merchantId, mode, after.map(String), limit],
  });
  return rows.map(({ shard, position }) => ({ shard, position: BigInt(position) }));
}

export async function entriesAt(tx: Transaction, keys: readonly FeedKey[]): Promise<LogEntry[]> {
  if (keys.length === 0) return [];
  const rows = await queryRows<LogRow>(tx, {
    name: 'feed_entries_at',
    text: `select e.* from unnest($1::smallint[], $2::bigint[]) as k(shard, position)
           join event_log e on e.shard = k.shard and e.position = k.position
           order by e.position`,
    values: [keys.map(({ shard }) => shard), keys.map(({ position }) => String(position))],
  });
  return rows.map(logEntry);
}

/** Returns the current end of the tenant's log. */
export async function newestPositions(
  tx: Transaction,
  { merchantId, mode }: Tenant,
): Promise<Positions> {
  const rows = await queryRows<{ position: string }>(tx, {
    name: 'feed_newest_positions',
    text: `select coalesce(n.position, 0) as position
           from generate_series(0, ${SHARDS - 1}) as s(shard)
           left join lateral (
             select e.position from event_log e
             where e.merchant_id = $1 and e.mode = $2 and e.shard = s.shard
             order by e.position desc limit 1) n on true
           order by s.shard`,
    values: [merchantId, mode],
  });
  return rows.map(({ position }) => BigInt(position));
}
