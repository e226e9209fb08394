import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';

/**
 * Removes deliveries with a lower id, which contains their event's time, with their attempts. Held
 * ones are skipped. Endpoint by endpoint, through the table's own key: with constant inserts and
 * deletes, an index by age alone would lead through pages of new rows.
 */
export async function dropDeliveriesBefore(
  db: Queryable,
  beforeId: string,
  limit: number,
): Promise<number> {
  return dropDeliveries(
    db,
    'drop_old_webhook_deliveries',
    `select d.endpoint_id, d.id from webhook_endpoints e
     cross join lateral (
       select d.endpoint_id, d.id from webhook_deliveries d
       where d.endpoint_id = e.id and d.id < $1::uuid
       order by d.id limit $2 for update skip locked) as d
     limit $2`,
    [beforeId, limit],
  );
}

/** Removes deliveries of endpoints that were removed before then. */
export async function dropDeliveriesOfRemoved(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return dropDeliveries(
    db,
    'drop_removed_webhook_deliveries',
    `select d.endpoint_id, d.id from webhook_endpoints e
     join webhook_deliveries d on d.endpoint_id = e.id
     where e.removed_at < to_timestamp($1 / 1000.0) limit $2 for update of d skip locked`,
    [beforeMs, limit],
  );
}

async function dropDeliveries(
  db: Queryable,
  name: string,
  chosen: string,
  values: readonly unknown[],
): Promise<number> {
  const rows = await queryRows<{ gone: number }>(db, {
    name,
    text: `
      with old as (${chosen}),
      attempts as (delete from webhook_attempts a using old where a.delivery_id = old.id),
      gone as (delete from webhook_deliveries d using old
               where d.endpoint_id = old.endpoint_id and d.id = old.id returning 1)
      select count(*)::int as gone from gone`,
    values: [...values],
  });
  return rows[0]?.gone ?? 0;
}

/** Removes queues of endpoints that were removed before then. */
export async function dropQueuesOfRemoved(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const { rowCount } = await db.query({
    name: 'drop_removed_webhook_queues',
    text: `
      with old as (
        select l.endpoint_id, l.subject_id from webhook_endpoints e
        join webhook_queues l on l.endpoint_id = e.id
        where e.removed_at < to_timestamp($1 / 1000.0)
        order by l.endpoint_id, l.subject_id limit $2 for update of l skip locked)
      delete from webhook_queues l using old
      where l.endpoint_id = old.endpoint_id and l.subject_id = old.subject_id`,
    values: [beforeMs, limit],
  });
  return rowCount ?? 0;
}

/** Removes endpoints that were removed before then and have nothing left. */
export async function dropRemovedEndpoints(db: Queryable, beforeMs: number): Promise<number> {
  const { rowCount } = await db.query({
    name: 'drop_removed_webhook_endpoints',
    text: `delete from webhook_endpoints e where e.removed_at < to_timestamp($1 / 1000.0)
           and not exists (select from webhook_queues l where l.endpoint_id = e.id)
           and not exists (select from webhook_deliveries d where d.endpoint_id = e.id)`,
    values: [beforeMs],
  });
  return rowCount ?? 0;
}

/** Removes queues without waiting deliveries and without new ones since then. */
export async function dropQueuesUntouchedSince(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const { rowCount } = await db.query({
    name: 'drop_old_webhook_queues',
    text: `
      with old as (
        select endpoint_id, subject_id from webhook_queues
        where touched_at < to_timestamp($1 / 1000.0) and due_at is null
        order by endpoint_id, subject_id limit $2 for update skip locked)
      delete from webhook_queues l using old
      where l.endpoint_id = old.endpoint_id and l.subject_id = old.subject_id`,
    values: [beforeMs, limit],
  });
  return rowCount ?? 0;
}
