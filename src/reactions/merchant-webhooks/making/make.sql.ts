import type { Queryable } from '../../../platform/database/database.ts';
import { plainArray } from '../../../platform/database/plain-array.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';
import { type QueueKey, queueName, type Sendable } from '../sending/queue.ts';

/** The last sequence created for each of these queues, by queue name; absent: none yet. */
export async function lastSequences(
  db: Queryable,
  queues: readonly QueueKey[],
): Promise<Map<string, number>> {
  const rows = await queryRows<{
    endpointId: string;
    subjectId: string;
    lastSequence: number;
  }>(db, {
    name: 'webhook_last_sequences',
    text: `select endpoint_id, subject_id, last_sequence from webhook_queues
           join unnest($1::uuid[], $2::uuid[]) as k(endpoint_id, subject_id)
             using (endpoint_id, subject_id)`,
    values: [
      plainArray(queues, ({ endpointId }) => endpointId),
      plainArray(queues, ({ subjectId }) => subjectId),
    ],
  });
  return new Map(
    rows.map((row) => [
      queueName({ endpointId: row.endpointId, subjectId: row.subjectId }),
      row.lastSequence,
    ]),
  );
}

/**
 * A queue that gets new deliveries, and whether this process wants to hold it if nobody else does.
 */
export interface QueueToMake extends QueueKey {
  readonly merchantId: string;
  readonly mode: string;
  readonly lastSequence: number;
  readonly hold: boolean;
}

interface Made {
  /** The number of new rows. */
  readonly many: number;
  /** The queues that this process holds now. */
  readonly held: readonly QueueKey[];
}

type Fresh = Sendable & { readonly eventId: string };
type Lease = { readonly nowMs: number; readonly untilMs: number; readonly token: string };

/**
 * Writes deliveries and their queues in one statement, which is a transaction of its own. A queue
 * without waiting deliveries becomes due, or is held by this process; any other queue stays as it
 * is, and its holder finds the new rows when it releases the queue. Queues are locked in the order
 * of their keys, as everywhere. Conflicts since the queues were read are rare, so the first try has
 * no `on conflict`, which would look for each row beforehand and confirm it afterwards.
 */
export async function insertMade(
  db: Queryable,
  deliveries: readonly Fresh[],
  queues: readonly QueueToMake[],
  lease: Lease,
): Promise<Made> {
  try {
    return await insertRows(db, deliveries, queues, lease, 'all');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== UNIQUE_VIOLATION) throw error;
    return insertRows(db, deliveries, queues, lease, 'missing');
  }
}

const UNIQUE_VIOLATION = '23505';

/**
 * Inserts all rows, or with `missing` those that do not exist yet. The bodies are sent as one byte
 * string, of which each row takes its part by offset and length.
 */
async function insertRows(
  db: Queryable,
  deliveries: readonly Fresh[],
  queues: readonly QueueToMake[],
  lease: Lease,
  which: 'all' | 'missing',
): Promise<Made> {
  let nextByte = 1;
  const from = deliveries.map(({ body }) => {
    nextByte += body.length;
    return nextByte - body.length;
  });
  const rows = await queryRows<{
    many: number;
    endpointId: string | null;
    subjectId: string | null;
  }>(db, {
    name: `insert_${which}_webhook_deliveries`,
    text: `
      with queues as (
        insert into webhook_queues as l (endpoint_id, subject_id, merchant_id, mode, last_sequence,
                                        due_at, lease_token, touched_at)
        select n.endpoint_id, n.subject_id, n.merchant_id, n.mode, n.last_sequence,
               case when n.hold then to_timestamp($2 / 1000.0) else to_timestamp($1 / 1000.0) end,
               case when n.hold then $3::bigint else 0 end, to_timestamp($1 / 1000.0)
        from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::int[], $9::boolean[])
          as n(endpoint_id, subject_id, merchant_id, mode, last_sequence, hold)
        order by n.endpoint_id, n.subject_id
        on conflict (endpoint_id, subject_id) do update
          set last_sequence = greatest(l.last_sequence, excluded.last_sequence),
              lease_token = case when l.due_at is null then excluded.lease_token
                                 else l.lease_token end,
              due_at = coalesce(l.due_at, excluded.due_at),
              touched_at = excluded.touched_at
        returning l.endpoint_id, l.subject_id, l.lease_token),
      made as (
        insert into webhook_deliveries (id, endpoint_id, merchant_id, mode, subject_id, event_id,
          type, sequence, previous_sequence, body, recorded_at, queued_at)
        select n.id, n.endpoint_id, n.merchant_id, n.mode, n.subject_id, n.event_id, n.type,
               n.sequence, n.previous_sequence, substring($10::bytea from n.at for n.size),
               to_timestamp(n.recorded_ms / 1000.0), to_timestamp($1 / 1000.0)
        from unnest($11::uuid[], $12::uuid[], $13::uuid[], $14::text[], $15::uuid[], $16::uuid[],
                    $17::text[], $18::int[], $19::int[], $20::int[], $21::int[], $22::float8[])
          as n(id, endpoint_id, merchant_id, mode, subject_id, event_id, type, sequence,
               previous_sequence, at, size, recorded_ms)
        ${which === 'missing' ? 'on conflict (endpoint_id, id) do nothing' : ''} returning 1)
      select m.many, l.endpoint_id, l.subject_id
      from (select count(*)::int as many from made) as m
      left join queues l on l.lease_token = $3::bigint`,
    values: [
      lease.nowMs,
      lease.untilMs,
      lease.token,
      plainArray(queues, ({ endpointId }) => endpointId),
      plainArray(queues, ({ subjectId }) => subjectId),
      plainArray(queues, ({ merchantId }) => merchantId),
      plainArray(queues, ({ mode }) => mode),
      plainArray(queues, ({ lastSequence }) => lastSequence),
      plainArray(queues, ({ hold }) => hold),
      Buffer.concat(deliveries.map(({ body }) => body)),
      plainArray(deliveries, ({ id }) => id),
      plainArray(deliveries, ({ endpointId }) => endpointId),
      plainArray(deliveries, ({ merchantId }) => merchantId),
      plainArray(deliveries, ({ mode }) => mode),
      plainArray(deliveries, ({ subjectId }) => subjectId),
      plainArray(deliveries, ({ eventId }) => eventId),
      deliveries.map(({ type }) => type),
      plainArray(deliveries, ({ sequence }) => sequence),
      plainArray(deliveries, ({ previousSequence }) => previousSequence),
      plainArray(from, (at) => at),
      plainArray(deliveries, ({ body }) => body.length),
      plainArray(deliveries, ({ recordedAtMs }) => recordedAtMs),
    ],
  });
  const held = rows.flatMap(({ endpointId, subjectId }) =>
    endpointId === null || subjectId === null ? [] : [{ endpointId, subjectId }],
  );
  return { many: rows[0]?.many ?? 0, held };
}
