import type { Queryable } from '../../platform/database/database.ts';
import { queryValue } from '../../platform/database/query-rows.ts';
import { SHARDS } from '../../platform/event-log/event-log.ts';

/** The relay's name in the log. */
export const RELAY = 'kafka';

/**
 * When the oldest event was recorded that brokers have not confirmed yet; null: they have confirmed
 * all.
 */
export function oldestUnsentMs(db: Queryable): Promise<number | null> {
  return queryValue<number>(db, {
    name: 'kafka_oldest_unsent',
    text: `select min(o.recorded_at) as at
           from generate_series(0, ${SHARDS - 1}) as s(shard)
           join consumer_cursors c on c.consumer = $1 and c.shard = s.shard
           cross join lateral (select recorded_at from event_log e
                               where e.shard = s.shard and e.position > c.position
                               order by e.position limit 1) o`,
    values: [RELAY],
  });
}
