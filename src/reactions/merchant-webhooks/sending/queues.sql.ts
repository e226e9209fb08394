import type { Queryable } from '../../../platform/database/database.ts';
import { plainArray } from '../../../platform/database/plain-array.ts';
import { queryColumn, queryRows } from '../../../platform/database/query-rows.ts';
import { WAITS_IN_QUEUE } from '../deliveries/deliveries.sql.ts';
import type { QueueKey, Sendable } from './queue.ts';

/**
 * The ids of endpoints that may be sent to and have a due queue, in order of id; those after
 * `after` come first. It steps from endpoint to endpoint through the index of waiting queues, so
 * its cost depends on the number of endpoints with something waiting, not on how much waits. Each
 * endpoint is looked up by its key: `offset 0` keeps a planner without statistics from joining the
 * tables in another way.
 */
export function endpointsDue(
  db: Queryable,
  nowMs: number,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<string[]> {
  return queryColumn<string>(db, {
    name: 'webhook_endpoints_due',
    text: `
      with recursive waiting as (
        (select endpoint_id, due_at from webhook_queues where due_at is not null
         order by endpoint_id, due_at limit 1)
        union all
        select n.endpoint_id, n.due_at from waiting w cross join lateral (
          select endpoint_id, due_at from webhook_queues l
          where l.due_at is not null and l.endpoint_id > w.endpoint_id
          order by l.endpoint_id, l.due_at limit 1) as n)
      select w.endpoint_id from waiting w cross join lateral (
        select from webhook_endpoints e
        where e.id = w.endpoint_id and e.state = 'active' and e.removed_at is null
          and (e.paused_until is null or e.paused_until <= to_timestamp($1 / 1000.0))
        offset 0) as open
      where w.due_at <= to_timestamp($1 / 1000.0)
      order by w.endpoint_id <= $3::uuid, w.endpoint_id limit $2`,
    values: [nowMs, limit, after],
  });
}

export interface Claim {
  readonly endpointId: string;
  readonly queues: number;
}

/**
 * Claims due queues that nobody holds; for each endpoint, those that have waited longest come
 * first.
 */
export async function claimQueues(
  db: Queryable,
  claims: readonly Claim[],
  lease: { readonly nowMs: number; readonly untilMs: number; readonly token: string },
): Promise<QueueKey[]> {
  return queryRows<{ endpointId: string; subjectId: string }>(db, {
    name: 'claim_webhook_queues',
    text: `
      with due as (
        select l.endpoint_id, l.subject_id
        from unnest($1::uuid[], $2::int[]) as w(endpoint_id, queues_max)
        cross join lateral (
          select l.endpoint_id, l.subject_id from webhook_queues l
          where l.endpoint_id = w.endpoint_id and l.due_at <= to_timestamp($3 / 1000.0)
          order by l.due_at limit w.queues_max for update skip locked) as l)
      update webhook_queues l set due_at = to_timestamp($4 / 1000.0), lease_token = $5
      from due where l.endpoint_id = due.endpoint_id and l.subject_id = due.subject_id
      returning l.endpoint_id, l.subject_id`,
    values: [
      plainArray(claims, ({ endpointId }) => endpointId),
      plainArray(claims, ({ queues }) => queues),
      lease.nowMs,
      lease.untilMs,
      lease.token,
    ],
  });
}

/**
 * The first waiting deliveries of each queue, in order. Call it after the queues were claimed, in a
 * statement of its own: only then does it see everything that the last holder wrote.
 */
export async function headsOf(
  db: Queryable,
  queues: readonly QueueKey[],
  perQueue: number,
): Promise<Sendable[]> {
  return queryRows<Sendable>(db, {
    name: 'webhook_heads',
    text: `
      select d.id, d.endpoint_id, d.subject_id, d.merchant_id, d.mode, d.type, d.sequence,
             d.previous_sequence, d.body, d.tries, d.recorded_at, d.queued_at as requested_at
      from unnest($1::uuid[], $2::uuid[]) as k(endpoint_id, subject_id)
      join webhook_queues l using (endpoint_id, subject_id)
      cross join lateral (
        select * from webhook_deliveries d
        where ${WAITS_IN_QUEUE}
        order by d.sequence limit $3) as d`,
    values: [
      plainArray(queues, ({ endpointId }) => endpointId),
      plainArray(queues, ({ subjectId }) => subjectId),
      perQueue,
    ],
  });
}
