import type { Queryable } from '../../platform/database/database.ts';
import { queryValue } from '../../platform/database/query-rows.ts';
import { markUnreadQuiet } from '../../platform/event-log/fence.sql.ts';
import { WEBHOOKS_CONSUMER } from './start-merchant-webhooks.ts';

/**
 * After a restore from a backup: deliveries that waited at the time of the backup may have been
 * sent since, so they are not sent automatically. They end as `cancelled`, like those an endpoint
 * misses while it is disabled, and a replay sends them. Endpoints' own events continue above
 * `floor`, even if the backup has none, because the lost hub may have sent the first one. Returns how
 * many deliveries waited.
 */
export async function fenceDeliveries(
  db: Queryable,
  { nowMs, floor }: { readonly nowMs: number; readonly floor: number },
): Promise<number> {
  await markUnreadQuiet(db, WEBHOOKS_CONSUMER);
  await db.query(
    `update webhook_endpoints
     set skip_before = greatest(skip_before, to_timestamp($1 / 1000.0)), version = version + 1,
         sequence = greatest(sequence, $2)`,
    [nowMs, floor],
  );
  // Processes that held a queue no longer exist, and retries planned for later are settled now.
  return (
    (await queryValue<number>(
      db,
      `with due as (
       update webhook_queues set due_at = to_timestamp($1 / 1000.0), lease_token = 0
       where due_at is not null returning endpoint_id, subject_id)
     select count(*)::int as many from due
     join webhook_deliveries d using (endpoint_id, subject_id) where d.state = 'waiting'`,
      [nowMs],
    )) ?? 0
  );
}
