import { issueText, textOf } from '../../../kernel/wire/explain-issues.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRow, queryRows } from '../../../platform/database/query-rows.ts';
import type { Attempt, Delivery, DeliveryFilter, DeliveryState } from './delivery.ts';

const COLUMNS = `id, endpoint_id, subject_id, event_id, type, sequence, previous_sequence, state,
  attempts, next_attempt_at, last_status, last_reason, recorded_at, settled_at, is_erased`;

/**
 * SQL conditions for each state. They are literals, so that the indexes of failed and cancelled
 * deliveries are used, whatever the planner knows.
 */
export const IS_IN_STATE: Readonly<Record<DeliveryState, string>> = {
  waiting: "state = 'waiting'",
  delivered: "state = 'delivered'",
  dead: "state = 'dead' and last_reason is not null",
  cancelled: "state = 'cancelled' and is_cancelled",
};

/** Lists deliveries, newest first. `before` is the last id of the previous page. */
export async function visibleDeliveries(
  tx: Queryable,
  endpointId: string,
  { state, type, shipmentId }: DeliveryFilter,
  { before, limit }: { readonly before: string | null; readonly limit: number },
): Promise<Delivery[]> {
  const names = type === undefined ? null : [type];
  const wanted = `($2::uuid is null or id < $2) and ($3::text[] is null or type = any($3))
    and ($4::uuid is null or subject_id = $4)`;
  const found = `select ${COLUMNS} from webhook_deliveries
    where endpoint_id = $1 and ${state === undefined ? 'true' : IS_IN_STATE[state]} and ${wanted}
    order by id desc limit $5`;
  const rows = await queryRows<DeliveryRow>(tx, state === 'waiting' ? waitingPage(wanted) : found, [
    endpointId,
    before,
    names,
    shipmentId ?? null,
    limit,
  ]);
  return rows.map(toDelivery);
}

type DeliveryRow = Omit<Delivery, 'lastReason'> & { readonly lastReason: string | null };

function toDelivery(row: DeliveryRow): Delivery {
  return { ...row, lastReason: row.lastReason === null ? null : textOf(row.lastReason) };
}

/** The number of newest deliveries examined before all queues with waiting deliveries. */
const NEWEST_MAX = 500;

/**
 * SQL for a page of waiting deliveries. If many wait, some are among the newest; if not, few wait
 * at all, and the queues know which. The second query does not run if the first has found enough.
 */
function waitingPage(wanted: string): string {
  return `with newest as (
      select * from (
        select * from webhook_deliveries where endpoint_id = $1 and ($2::uuid is null or id < $2)
        order by id desc limit ${NEWEST_MAX}) as d
      where state = 'waiting' and ${wanted} order by id desc limit $5)
    (select ${COLUMNS} from newest
     where (select count(*) from newest) >= $5 order by id desc)
    union all
    (select d.* from (select ${COLUMNS.replaceAll(/\w+/g, 'd.$&')} from ${waitingOf('$1')}) as d
     where (select count(*) from newest) < $5 and ${wanted} order by id desc limit $5)`;
}

/** Returns a delivery and its body; null when the endpoint has no such delivery. */
export async function visibleDelivery(
  tx: Queryable,
  endpointId: string,
  id: string,
): Promise<{ readonly delivery: Delivery; readonly body: Buffer } | null> {
  const row = await queryRow<DeliveryRow & { readonly body: Buffer }>(
    tx,
    `select ${COLUMNS}, body from webhook_deliveries where endpoint_id = $1 and id = $2`,
    [endpointId, id],
  );
  if (row === null) return null;
  const { body, ...delivery } = row;
  return { delivery: toDelivery(delivery), body };
}

/**
 * Lists the attempts of a delivery, newest first. A first attempt that succeeded is in the
 * delivery's own row.
 */
export async function visibleAttempts(
  tx: Queryable,
  { endpointId, id }: Pick<Delivery, 'endpointId' | 'id'>,
  limit: number,
): Promise<Attempt[]> {
  const rows = await queryRows<Omit<Attempt, 'reason'> & { readonly reason: string | null }>(
    tx,
    `select nr, at, duration_ms, status, reason, response from webhook_attempts
     where delivery_id = $2
     union all
     select 1, first_at, first_duration_ms, first_status, null, first_response
     from webhook_deliveries where endpoint_id = $1 and id = $2 and first_at is not null
     order by nr desc limit $3`,
    [endpointId, id, limit],
  );
  return rows.map((row) => ({ ...row, reason: row.reason === null ? null : textOf(row.reason) }));
}

interface HealthFigures {
  readonly waiting: number;
  readonly oldestWaitingAtMs: number | null;
  readonly dead: number;
  readonly firstTry: number;
  readonly byState: Partial<Record<DeliveryState, number>>;
}

/**
 * Counts the deliveries of an endpoint by state.
 *
 * @param sinceId the lowest id of the last day; at most `limit` rows of each kind are counted.
 */
export async function visibleHealth(
  tx: Queryable,
  endpointId: string,
  sinceId: string,
  limit: number,
): Promise<HealthFigures | null> {
  return queryRow<HealthFigures>(
    tx,
    `select w.waiting, w.oldest_waiting_at, d.dead, coalesce(n.first_try, 0) as first_try,
            coalesce(n.by_state, '{}') as by_state
     from (select count(*)::int as waiting, min(queued_at) as oldest_waiting_at from (
             select d.queued_at from ${waitingOf('$1')} limit $3) as found) as w,
          (select count(*)::int as dead from (
             select from webhook_deliveries
             where endpoint_id = $1 and ${IS_IN_STATE.dead} limit $3) as found) as d,
          (select jsonb_object_agg(state, many) as by_state, sum(first)::int as first_try from (
             select state, count(*)::int as many,
                    count(*) filter (where state = 'delivered' and attempts = 1) as first
             from (select state, attempts from webhook_deliveries
                   where endpoint_id = $1 and id >= $2 order by id desc limit $3) as newest
             group by state) as counted) as n`,
    [endpointId, sinceId, limit],
  );
}

/** Inserts a test delivery that was sent immediately, with its result. */
export async function insertTest(
  tx: Queryable,
  made: {
    readonly id: string;
    readonly endpointId: string;
    readonly merchantId: string;
    readonly mode: string;
    readonly type: string;
    readonly body: Uint8Array;
    readonly nowMs: number;
  },
  { atMs, durationMs, status, reason, response }: Omit<Attempt, 'nr'>,
): Promise<void> {
  const stored = reason && issueText(reason);
  await tx.query(
    `insert into webhook_deliveries (id, endpoint_id, merchant_id, mode, subject_id, event_id, type,
       sequence, body, state, attempts, tries, last_status, last_reason, recorded_at, queued_at,
       settled_at)
     values ($1, $2, $3, $4, $2, $1, $5, 0, $6, $7, 1, 1, $8, $9, to_timestamp($10 / 1000.0),
             to_timestamp($10 / 1000.0), to_timestamp($11 / 1000.0))`,
    [
      made.id,
      made.endpointId,
      made.merchantId,
      made.mode,
      made.type,
      made.body,
      reason === null ? 'delivered' : 'dead',
      status,
      stored,
      made.nowMs,
      atMs + durationMs,
    ],
  );
  await tx.query(
    `insert into webhook_attempts (delivery_id, nr, merchant_id, mode, at, duration_ms, status,
       reason, response)
     values ($1, 1, $2, $3, to_timestamp($4 / 1000.0), $5, $6, $7, $8)`,
    [made.id, made.merchantId, made.mode, atMs, durationMs, status, stored, response],
  );
}

export interface Replayable {
  readonly id: string;
  readonly subjectId: string;
  readonly recordedAtMs: number;
}

interface ReplaySearch {
  readonly endpointId: string;
  /** The range of ids: from inclusive, to exclusive. */
  readonly fromId: string;
  readonly toId: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** The event types; null: any. */
  readonly types: readonly string[] | null;
  readonly states: readonly DeliveryState[];
  /** An event type that is left out: tests are created anew instead of replayed. */
  readonly butType: string;
  readonly limit: number;
}

/**
 * Lists deliveries to replay, oldest first. Each state is queried separately: for a rare one, an
 * index finds them.
 */
export async function visibleReplayable(
  tx: Queryable,
  search: ReplaySearch,
): Promise<Replayable[]> {
  const statements = [...new Set(search.states)].map(
    (state) => `(
      select id, subject_id, recorded_at from webhook_deliveries
      where endpoint_id = $1 and id >= $2 and id < $3
        and recorded_at >= to_timestamp($4 / 1000.0) and recorded_at < to_timestamp($5 / 1000.0)
        and ($6::text[] is null or type = any($6)) and ${IS_IN_STATE[state]} and type <> $7
        and not is_erased
      order by id limit $8)`,
  );
  return queryRows<Replayable>(
    tx,
    `select * from (${statements.join(' union all ')}) as found order by id limit $8`,
    [
      search.endpointId,
      search.fromId,
      search.toId,
      search.sinceMs,
      search.untilMs,
      search.types,
      search.butType,
      search.limit,
    ],
  );
}

/**
 * Makes settled deliveries wait again. The queues' rows are locked first, in the order of their
 * keys, as in all code that locks several. A queue held by a sender is skipped: on release it finds
 * the waiting deliveries. Returns how many were made to wait.
 */
export async function makeWait(
  tx: Queryable,
  endpointId: string,
  chosen: readonly Omit<Replayable, 'recordedAtMs'>[],
  nowMs: number,
): Promise<number> {
  const subjects = [...new Set(chosen.map(({ subjectId }) => subjectId))];
  await tx.query(
    `select from webhook_queues where endpoint_id = $1 and subject_id = any($2::uuid[])
     order by endpoint_id, subject_id for update`,
    [endpointId, subjects],
  );
  const { rowCount } = await tx.query(
    `update webhook_deliveries
     set state = 'waiting', is_cancelled = false, tries = 0, queued_at = to_timestamp($3 / 1000.0),
         next_attempt_at = null, settled_at = null
     where endpoint_id = $1 and id = any($2::uuid[]) and state <> 'waiting'`,
    [endpointId, chosen.map(({ id }) => id), nowMs],
  );
  await tx.query(
    `update webhook_queues
     set is_mixed = true,
         due_at = case when lease_token = 0 then to_timestamp($3 / 1000.0) else due_at end
     where endpoint_id = $1 and subject_id = any($2::uuid[])`,
    [endpointId, subjects, nowMs],
  );
  return rowCount ?? 0;
}

/**
 * Whether a delivery `d` waits in its queue `l`: scans the queue's own deliveries in order, after
 * those that its row says are settled. There is no index of waiting deliveries: each delivery would
 * enter and leave it, and be rewritten for that.
 */
export const WAITS_IN_QUEUE = `d.endpoint_id = l.endpoint_id and d.subject_id = l.subject_id
  and d.sequence > case when l.is_mixed then -1 else coalesce(l.settled_sequence, -1) end
  and d.state = 'waiting'`;

/**
 * The waiting deliveries `d` of an endpoint: every queue with one has a due time.
 *
 * @param endpointId an expression.
 */
export function waitingOf(endpointId: string): string {
  return `webhook_queues l cross join lateral (
    select * from webhook_deliveries d where ${WAITS_IN_QUEUE} offset 0) as d
  where l.endpoint_id = ${endpointId} and l.due_at is not null`;
}

/** An event as the endpoints of one format got it, or will get it. */
export interface SentEvent extends Pick<Delivery, 'eventId' | 'type' | 'recordedAtMs'> {
  readonly states: readonly DeliveryState[];
}

/** A page of events, newest first; absent members do not filter. */
interface SentEventsPage {
  /** The event before which the page begins, exclusive; and after which it ends. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** The range of ids of deliveries, which begin with the time of their event. */
  readonly fromId: string;
  readonly toId: string;
  readonly types: readonly string[];
  readonly limit: number;
}

/** How many events of the same millisecond a page may begin or end between. */
const SAME_MS_MAX = 64;

/**
 * Lists the events of which the tenant's endpoints of that format have deliveries, newest first. Of
 * each endpoint, as many as the page needs: their ids are in the order of the events.
 */
export async function visibleSentEvents(
  tx: Queryable,
  format: string,
  { before, after, fromId, toId, types, limit }: SentEventsPage,
): Promise<SentEvent[]> {
  return queryRows<SentEvent>(tx, {
    name: 'webhook_events_of_format',
    text: `
      select d.event_id, min(d.type) as type, min(d.recorded_at) as recorded_at,
             array_agg(d.state) as states
      from webhook_endpoints e
      cross join lateral (
        select d.event_id, d.type, d.recorded_at, d.state from webhook_deliveries d
        where d.endpoint_id = e.id and d.id >= $2::uuid and d.id < $3::uuid
          and ($4::uuid is null or d.event_id < $4) and ($5::uuid is null or d.event_id > $5)
          and d.type = any($6) and not d.is_erased
        order by d.id desc limit $7 + ${SAME_MS_MAX}) as d
      where e.format = $1 and e.removed_at is null
      group by d.event_id order by d.event_id desc limit $7`,
    values: [format, fromId, toId, before ?? null, after ?? null, types, limit],
  });
}

/** One delivery of an event, with its body and the last attempt. */
export interface SentDelivery extends Pick<Delivery, 'id' | 'endpointId' | 'type' | 'state'> {
  readonly attempts: number;
  readonly recordedAtMs: number;
  readonly body: Buffer;
  readonly atMs: number | null;
  readonly durationMs: number | null;
  readonly status: number | null;
  readonly response: string | null;
}

/** Returns deliveries by their keys, those without content left out. */
export async function visibleSentDeliveries(
  tx: Queryable,
  keys: readonly Pick<Delivery, 'id' | 'endpointId'>[],
): Promise<SentDelivery[]> {
  return queryRows<SentDelivery>(tx, {
    name: 'webhook_deliveries_by_key',
    text: `
      select d.id, d.endpoint_id, d.type, d.state, d.attempts, d.recorded_at, d.body,
             coalesce(a.at, d.first_at) as at,
             coalesce(a.duration_ms, d.first_duration_ms) as duration_ms,
             coalesce(a.status, d.first_status) as status,
             coalesce(a.response, d.first_response) as response
      from unnest($1::uuid[], $2::uuid[]) as k(endpoint_id, id)
      join webhook_deliveries d using (endpoint_id, id)
      left join webhook_attempts a on a.delivery_id = d.id and a.nr = d.attempts
      where not d.is_erased order by d.id`,
    values: [keys.map(({ endpointId }) => endpointId), keys.map(({ id }) => id)],
  });
}
