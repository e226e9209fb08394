import type { Queryable } from '../../../platform/database/database.ts';
import { plainArray } from '../../../platform/database/plain-array.ts';
import { queryCount, queryRows, queryValue } from '../../../platform/database/query-rows.ts';
import { erasedBody } from './body.ts';

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
  return (
    (await queryValue<number>(db, {
      name,
      text: `
      with old as (${chosen}),
      attempts as (delete from webhook_attempts a using old where a.delivery_id = old.id),
      gone as (delete from webhook_deliveries d using old
               where d.endpoint_id = old.endpoint_id and d.id = old.id returning 1)
      select count(*)::int as gone from gone`,
      values: [...values],
    })) ?? 0
  );
}

/** Removes queues of endpoints that were removed before then. */
export function dropQueuesOfRemoved(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return queryCount(db, {
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
}

/** Removes endpoints that were removed before then and have nothing left. */
export function dropRemovedEndpoints(db: Queryable, beforeMs: number): Promise<number> {
  return queryCount(db, {
    name: 'drop_removed_webhook_endpoints',
    text: `delete from webhook_endpoints e where e.removed_at < to_timestamp($1 / 1000.0)
           and not exists (select from webhook_queues l where l.endpoint_id = e.id)
           and not exists (select from webhook_deliveries d where d.endpoint_id = e.id)`,
    values: [beforeMs],
  });
}

/** Removes queues without waiting deliveries and without new ones since then. */
export function dropQueuesUntouchedSince(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return queryCount(db, {
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
}

/** The maximum number of deliveries per statement: bodies have some KiB. */
const BATCH_MAX = 200;

/**
 * Erases the content of all deliveries about a subject, and the endpoints' answers, which may
 * repeat it. Waiting ones are sent without content; the others are not sent again. One endpoint at
 * a time, so that two queues are never locked at once.
 *
 * @param lastType type of the final delivery, which announces the deletion and never had content.
 */
export async function eraseDeliveries(
  db: Queryable,
  subjectId: string,
  { merchantId, mode }: { readonly merchantId: string; readonly mode: string },
  lastType: string,
): Promise<void> {
  const rows = await queryRows<{ id: string }>(db, {
    name: 'notified_endpoints',
    text: `select e.id from webhook_endpoints e
           where e.merchant_id = $1 and e.mode = $2 and exists (
             select from webhook_deliveries d where d.endpoint_id = e.id and d.subject_id = $3)
           order by e.id`,
    values: [merchantId, mode, subjectId],
  });
  for (const { id } of rows) await eraseAtEndpoint(db, id, subjectId, lastType);
}

async function eraseAtEndpoint(
  db: Queryable,
  endpointId: string,
  subjectId: string,
  lastType: string,
): Promise<void> {
  for (let count = BATCH_MAX; count === BATCH_MAX; ) {
    const rows = await queryRows<{ id: string; body: Buffer }>(db, {
      name: 'deliveries_to_erase',
      text: `select id, body from webhook_deliveries
             where endpoint_id = $1 and subject_id = $2 and not is_erased and type <> $3
             order by sequence limit ${BATCH_MAX}`,
      values: [endpointId, subjectId, lastType],
    });
    count = rows.length;
    if (count > 0) await eraseContents(db, endpointId, subjectId, rows);
  }
}

/**
 * Replaces the bodies in one statement. They are sent as one byte string, of which each row takes
 * its part by offset and length.
 */
async function eraseContents(
  db: Queryable,
  endpointId: string,
  subjectId: string,
  rows: readonly { readonly id: string; readonly body: Buffer }[],
): Promise<void> {
  const bodies = rows.map(({ body }) => erasedBody(body, subjectId));
  let at = 1;
  const from = bodies.map(({ length }) => {
    at += length;
    return at - length;
  });
  await db.query({
    name: 'erase_deliveries',
    text: `
      with attempts as (
        update webhook_attempts set response = null
        where delivery_id = any($2::uuid[]) and response is not null)
      update webhook_deliveries d
      set is_erased = true, first_response = null, body = substring($3::bytea from n.at for n.size)
      from unnest($2::uuid[], $4::int[], $5::int[]) as n(id, at, size)
      where d.endpoint_id = $1 and d.id = n.id`,
    values: [
      endpointId,
      plainArray(rows, ({ id }) => id),
      Buffer.concat(bodies),
      plainArray(from, (each) => each),
      plainArray(bodies, ({ length }) => length),
    ],
  });
}
