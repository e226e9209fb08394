import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';
import { IS_IN_STATE } from './deliveries.sql.ts';
import type { DeliveryState } from './delivery.ts';

export interface Replayable {
  readonly id: string;
  readonly subjectId: string;
  readonly recordedAtMs: number;
}

export interface ReplaySearch {
  readonly endpointId: string;
  /** Ids from, and to below. */
  readonly fromId: string;
  readonly toId: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Null: any. */
  readonly types: readonly string[] | null;
  readonly states: readonly DeliveryState[];
  /** Never this type: tests are created anew instead of replayed. */
  readonly butType: string;
  readonly limit: number;
}

/** Oldest first. Each state separately: for a rare one, an index finds them. */
export async function visibleReplayable(
  tx: Queryable,
  search: ReplaySearch,
): Promise<Replayable[]> {
  const each = [...new Set(search.states)].map(
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
    `select * from (${each.join(' union all ')}) as found order by id limit $8`,
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
