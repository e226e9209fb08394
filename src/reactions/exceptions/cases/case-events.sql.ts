import type { Queryable } from '../../../platform/database/database.ts';
import {
  queryAny,
  queryRows,
  queryValue,
  type Row,
} from '../../../platform/database/query-rows.ts';
import type { CaseActor } from './case.ts';

/** What happens to a case, in the past tense. */
export const CASE_EVENT_TYPES = [
  'opened',
  'reopened',
  'reason_changed',
  'attempt_failed',
  'deadline_passed',
  'changed',
  'noted',
  'delivery_request_made',
  'delivery_request_accepted',
  'delivery_request_refused',
  'delivery_request_done',
  'delivery_request_replaced',
  'address_approved',
  'address_refused',
  'resumed',
  'sent_back',
  'return_named',
  'replacement_named',
  'refund_recorded',
  'evidence_added',
  'evidence_removed',
  'claim_drafted',
  'claim_changed',
  'claim_dropped',
  'claim_submitted',
  'claim_accepted',
  'claim_rejected',
  'claim_overdue',
  'closed',
] as const;
export type CaseEventType = (typeof CASE_EVENT_TYPES)[number];

export interface CaseEventRow {
  readonly id: string;
  readonly caseId: string;
  readonly atMs: number;
  readonly type: CaseEventType;
  readonly actor: CaseActor;
  /** More about the event; nothing personal. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The person's note, sealed; null key: it was erased. */
  readonly sealedNote: { readonly content: Uint8Array; readonly dataKey: Uint8Array } | null;
}

interface CaseEventOwner {
  readonly merchantId: string;
  readonly mode: string;
  readonly shipmentId: string;
}

export async function insertCaseEvent(
  db: Queryable,
  owner: CaseEventOwner,
  event: CaseEventRow,
): Promise<void> {
  await db.query({
    name: 'insert_case_event',
    text: `insert into case_events (id, case_id, merchant_id, mode, shipment_id, at, type, actor,
             data, note, data_key)
           values ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0), $7, $8, $9, $10, $11)`,
    values: [
      event.id,
      event.caseId,
      owner.merchantId,
      owner.mode,
      owner.shipmentId,
      event.atMs,
      event.type,
      event.actor,
      JSON.stringify(event.data),
      event.sealedNote?.content ?? null,
      event.sealedNote?.dataKey ?? null,
    ],
  });
}

/** Whether an event of this type has ever happened to the case. */
export function hasHappened(db: Queryable, caseId: string, type: CaseEventType): Promise<boolean> {
  return queryAny(db, {
    name: 'has_happened',
    text: 'select from case_events where case_id = $1 and type = $2 limit 1',
    values: [caseId, type],
  });
}

/** The newest events of a case, oldest first. */
export async function eventsOfCase(
  db: Queryable,
  caseId: string,
  limit: number,
): Promise<CaseEventRow[]> {
  const newestFirst = await queryRows<
    Omit<CaseEventRow, 'caseId' | 'sealedNote'> & Row<'case_events', 'note' | 'dataKey'>
  >(db, {
    name: 'events_of_case',
    text: `select id, at, type, actor, data, note, data_key from case_events
           where case_id = $1 order by nr desc limit $2`,
    values: [caseId, limit],
  });
  // A passed deadline may be noticed after later events.
  const inOrder = newestFirst.reverse().sort((one, other) => one.atMs - other.atMs);
  return inOrder.map(({ note: content, dataKey, ...row }) => ({
    ...row,
    caseId,
    sealedNote: content && dataKey && { content, dataKey },
  }));
}

/** The number of events of a case, which is limited to what a person reads. */
export async function countEvents(db: Queryable, caseId: string): Promise<number> {
  return (
    (await queryValue<number>(db, {
      name: 'count_case_events',
      text: 'select count(*)::int as n from case_events where case_id = $1',
      values: [caseId],
    })) ?? 0
  );
}
