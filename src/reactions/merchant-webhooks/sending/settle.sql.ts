import type pg from 'pg';
import { type Queryable, withTransaction } from '../../../platform/database/database.ts';
import { plainArray } from '../../../platform/database/plain-array.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';
import type { DeliveryState } from '../deliveries/delivery.ts';
import type { QueueKey } from './queue.ts';

/** The new state of a delivery after an attempt, or without one. */
export interface Settled {
  readonly endpointId: string;
  readonly deliveryId: string;
  readonly state: DeliveryState;
  /** Whether the delivery was sent. */
  readonly wasSent: boolean;
  readonly nextAttemptAtMs: number | null;
  readonly atMs: number;
  readonly durationMs: number;
  readonly status: number | null;
  readonly reason: string | null;
  readonly response: string | null;
}

/** A queue that is being released. */
export interface LeftQueue extends QueueKey {
  readonly token: string;
  /** When the queue is due again; null: at once if a delivery waits in it, otherwise not at all. */
  readonly dueAtMs: number | null;
  /** All deliveries up to this sequence are settled; null: unknown, so the queue is due. */
  readonly settledSequence: number | null;
}

/** The answer to store: none for an erased delivery, because an answer may repeat the request. */
const RESPONSE = 'case when not d.is_erased then r.response end';

/** SQL for a column about a first attempt that succeeded: its value, otherwise the stored one. */
const ofFirst = (value: string, column: string): string =>
  `case when r.sent and r.reason is null and d.attempts = 0 then ${value} else d.${column} end`;

/**
 * Writes the results of deliveries with their attempts, and releases queues, in one statement,
 * which is a transaction of its own. Returns the queues in which more deliveries wait.
 *
 * A first attempt that succeeds, as nearly all do, is stored in its delivery's row, which is
 * written anyway. Its change touches no indexed column and fits on the row's page, so no index is
 * updated: that was half of the cost. Whether more deliveries wait in a queue is read from the
 * queue's row: it contains the last sequence, and whoever adds a delivery writes it under the lock
 * of that row. A look at the deliveries would miss those that are being added at this moment.
 * Queues must be sorted by key, so that all processes lock them in the same order.
 */
export async function writeResults(
  db: Queryable,
  settled: readonly Settled[],
  queues: readonly LeftQueue[],
  nowMs: number,
): Promise<QueueKey[]> {
  return queryRows<{ endpointId: string; subjectId: string }>(db, {
    name: 'write_webhook_results',
    text: `
      with done as (
        update webhook_deliveries d
        set state = case when d.state = 'waiting' then r.state else d.state end,
            attempts = d.attempts + r.sent::int, tries = d.tries + r.sent::int,
            next_attempt_at = to_timestamp(r.next_ms / 1000.0),
            last_status = case when r.sent then r.status else d.last_status end,
            last_reason = case when r.sent and (r.reason is not null or d.state <> 'dead')
                               then r.reason else d.last_reason end,
            is_cancelled = case when d.state = 'waiting' then r.state = 'cancelled'
                                else d.is_cancelled end,
            settled_at = case when d.state <> 'waiting' then d.settled_at
                              when r.state <> 'waiting' then to_timestamp($1 / 1000.0) end,
            first_at = ${ofFirst('to_timestamp(r.at_ms / 1000.0)', 'first_at')},
            first_duration_ms = ${ofFirst('r.duration_ms', 'first_duration_ms')},
            first_status = ${ofFirst('r.status', 'first_status')},
            first_response = ${ofFirst(RESPONSE, 'first_response')}
        from unnest($2::uuid[], $3::uuid[], $4::text[], $5::boolean[], $6::float8[], $7::float8[],
                    $8::int[], $9::smallint[], $10::text[], $11::text[])
          as r(endpoint_id, id, state, sent, next_ms, at_ms, duration_ms, status, reason, response)
        where d.endpoint_id = r.endpoint_id and d.id = r.id
        returning d.id, d.attempts, d.merchant_id, d.mode, r.sent, r.at_ms, r.duration_ms,
                  r.status, r.reason, ${RESPONSE} as response),
      attempts as (
        insert into webhook_attempts (delivery_id, nr, merchant_id, mode, at, duration_ms, status,
                                      reason, response)
        select id, attempts, merchant_id, mode, to_timestamp(at_ms / 1000.0), duration_ms, status,
               reason, response
        from done where sent and (attempts > 1 or reason is not null)),
      released as (
        update webhook_queues l
        set lease_token = 0, settled_sequence = greatest(l.settled_sequence, k.settled),
            due_at = case
              when k.due_ms is not null then to_timestamp(k.due_ms / 1000.0)
              when l.is_mixed or k.settled is null or l.last_sequence > k.settled
                then to_timestamp($1 / 1000.0) end
        from unnest($12::uuid[], $13::uuid[], $14::bigint[], $15::float8[], $16::int[])
          as k(endpoint_id, subject_id, token, due_ms, settled)
        where l.endpoint_id = k.endpoint_id and l.subject_id = k.subject_id
          and l.lease_token = k.token
        returning l.endpoint_id, l.subject_id, k.due_ms is null and l.due_at is not null as more)
      select endpoint_id, subject_id from released where more`,
    values: [
      nowMs,
      plainArray(settled, ({ endpointId }) => endpointId),
      plainArray(settled, ({ deliveryId }) => deliveryId),
      plainArray(settled, ({ state }) => state),
      plainArray(settled, ({ wasSent }) => wasSent),
      plainArray(settled, ({ nextAttemptAtMs }) => nextAttemptAtMs),
      plainArray(settled, ({ atMs }) => atMs),
      plainArray(settled, ({ durationMs }) => durationMs),
      plainArray(settled, ({ status }) => status),
      settled.map(({ reason }) => reason),
      settled.map(({ response }) => response),
      ...queueValues(queues),
      plainArray(queues, ({ dueAtMs }) => dueAtMs),
      plainArray(queues, ({ settledSequence }) => settledSequence),
    ],
  });
}

/**
 * Releases queues in which no waiting delivery was found. They are due again only if a delivery
 * waits after all. The second statement checks that after the first has locked the queues: adding a
 * delivery needs the same lock, so none is missed.
 */
export async function releaseEmpty(
  pool: pg.Pool,
  queues: readonly Omit<LeftQueue, 'dueAtMs' | 'settledSequence'>[],
  nowMs: number,
): Promise<void> {
  await withTransaction(pool, async (tx) => {
    await tx.query(
      `select from webhook_queues l
       join unnest($1::uuid[], $2::uuid[], $3::bigint[]) as k(endpoint_id, subject_id, token)
         on l.endpoint_id = k.endpoint_id and l.subject_id = k.subject_id
        and l.lease_token = k.token
       order by l.endpoint_id, l.subject_id for update of l`,
      queueValues(queues),
    );
    await tx.query(
      `update webhook_queues l
       set lease_token = 0, is_mixed = l.is_mixed and w.waits,
           due_at = case when w.waits then to_timestamp($4 / 1000.0) end
       from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as k(endpoint_id, subject_id, token)
       cross join lateral (
         select exists (select from webhook_deliveries d
                        where d.endpoint_id = k.endpoint_id and d.subject_id = k.subject_id
                          and d.state = 'waiting') as waits) as w
       where l.endpoint_id = k.endpoint_id and l.subject_id = k.subject_id
         and l.lease_token = k.token`,
      [...queueValues(queues), nowMs],
    );
  });
}

function queueValues(queues: readonly Omit<LeftQueue, 'dueAtMs' | 'settledSequence'>[]): unknown[] {
  return [
    plainArray(queues, ({ endpointId }) => endpointId),
    plainArray(queues, ({ subjectId }) => subjectId),
    plainArray(queues, ({ token }) => token),
  ];
}

/** The successes and failures of an endpoint in a batch of attempts. */
export interface EndpointResult {
  readonly endpointId: string;
  readonly successes: number;
  readonly failures: number;
  readonly lastFailure: string | null;
  readonly pausedUntilMs: number | null;
}

/** An endpoint that is failing: it has had no success since `failingSinceMs`. */
export interface FailingEndpoint {
  readonly endpointId: string;
  readonly version: number;
  readonly failingSinceMs: number;
  readonly failures: number;
  readonly lastFailure: string | null;
}

/**
 * Adds attempts to the counts of their endpoints, and returns those endpoints that are failing.
 * `results` must be sorted by id, as queues are by key.
 */
export async function writeEndpointResults(
  db: Queryable,
  results: readonly EndpointResult[],
  nowMs: number,
): Promise<FailingEndpoint[]> {
  const rows = await queryRows<{
    id: string;
    version: string;
    failingSinceMs: number | null;
    failures: number;
    lastFailure: string | null;
  }>(db, {
    name: 'write_webhook_endpoint_results',
    text: `
      update webhook_endpoints e
      set last_success_at = case when k.successes > 0 then to_timestamp($1 / 1000.0)
                                 else e.last_success_at end,
          last_failure_at = case when k.failures > 0 then to_timestamp($1 / 1000.0)
                                 else e.last_failure_at end,
          last_failure = coalesce(k.last_failure, e.last_failure),
          failing_since = case when k.successes > 0 then null
                               else coalesce(e.failing_since, to_timestamp($1 / 1000.0)) end,
          failures = case when k.successes > 0 then 0 else e.failures + k.failures end,
          paused_until = greatest(e.paused_until, to_timestamp(k.pause_ms / 1000.0))
      from unnest($2::uuid[], $3::int[], $4::int[], $5::text[], $6::float8[])
        as k(id, successes, failures, last_failure, pause_ms)
      where e.id = k.id and e.removed_at is null
      returning e.id, e.version, e.failing_since, e.failures, e.last_failure`,
    values: [
      nowMs,
      plainArray(results, ({ endpointId }) => endpointId),
      plainArray(results, ({ successes }) => successes),
      plainArray(results, ({ failures }) => failures),
      results.map(({ lastFailure }) => lastFailure),
      plainArray(results, ({ pausedUntilMs }) => pausedUntilMs),
    ],
  });
  return rows.flatMap(({ id: endpointId, failingSinceMs, version, ...row }) =>
    failingSinceMs === null
      ? []
      : [{ ...row, endpointId, failingSinceMs, version: Number(version) }],
  );
}
