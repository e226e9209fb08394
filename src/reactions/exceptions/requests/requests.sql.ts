import type { Queryable } from '../../../platform/database/database.ts';
import { queryAny, queryRows } from '../../../platform/database/query-rows.ts';
import type { Rows } from '../../../platform/database/rows.gen.ts';

/** `asking`: a carrier is being asked; `accepted`: it agreed; `open`: a person must handle it. */
type DeliveryRequestState = DeliveryRequestRow['state'];

export interface DeliveryRequestRow extends Omit<Rows['delivery_requests'], 'content' | 'dataKey'> {
  /** The sealed content; null: it was erased. */
  readonly sealedDeliveryRequest: {
    readonly content: Uint8Array;
    readonly dataKey: Uint8Array;
  } | null;
}

/**
 * The columns are listed by name: a prepared `select *` fails in every running process when a
 * migration adds a column.
 */
const COLUMNS = `
  id, merchant_id, mode, shipment_id, case_id, kind, state, actor, content, data_key, reference,
  created_at, settled_at`;

/** The requests of a shipment that the current role may see, newest first, at most `limit`. */
export async function deliveryRequestsOfShipment(
  db: Queryable,
  shipmentId: string,
  limit: number,
): Promise<DeliveryRequestRow[]> {
  const rows = await queryRows<Rows['delivery_requests']>(db, {
    name: 'delivery_requests_of_shipment',
    text: `select ${COLUMNS} from delivery_requests where shipment_id = $1
           order by created_at desc, id desc limit $2`,
    values: [shipmentId, limit],
  });
  return rows.map(toDeliveryRequest);
}

function toDeliveryRequest({
  content,
  dataKey,
  ...row
}: Rows['delivery_requests']): DeliveryRequestRow {
  return { ...row, sealedDeliveryRequest: dataKey && { content, dataKey } };
}

export async function insertDeliveryRequest(
  db: Queryable,
  deliveryRequest: DeliveryRequestRow,
): Promise<void> {
  if (deliveryRequest.sealedDeliveryRequest === null)
    throw new Error('a request must be stored with its content');
  await db.query({
    name: 'insert_delivery_request',
    text: `insert into delivery_requests (id, merchant_id, mode, shipment_id, case_id, kind, state,
             actor, content, data_key, reference, created_at, settled_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
             to_timestamp($12 / 1000.0), to_timestamp($13::float8 / 1000.0))`,
    values: [
      deliveryRequest.id,
      deliveryRequest.merchantId,
      deliveryRequest.mode,
      deliveryRequest.shipmentId,
      deliveryRequest.caseId,
      deliveryRequest.kind,
      deliveryRequest.state,
      deliveryRequest.actor,
      deliveryRequest.sealedDeliveryRequest.content,
      deliveryRequest.sealedDeliveryRequest.dataKey,
      deliveryRequest.reference,
      deliveryRequest.createdAtMs,
      deliveryRequest.settledAtMs,
    ],
  });
}

/**
 * Changes a request from one of the states `from` to another; returns false, and changes nothing,
 * if it is in none of them (any more).
 */
export function resolveDeliveryRequest(
  db: Queryable,
  id: string,
  from: readonly DeliveryRequestState[],
  to: {
    readonly state: DeliveryRequestState;
    readonly caseId?: string | null;
    readonly reference?: string | null;
    readonly atMs: number | null;
  },
): Promise<boolean> {
  return queryAny(db, {
    name: 'resolve_delivery_request',
    text: `update delivery_requests set state = $3, case_id = coalesce($4, case_id),
             reference = coalesce($5, reference), settled_at = to_timestamp($6::float8 / 1000.0)
           where id = $1 and state = any($2::text[])`,
    values: [id, from, to.state, to.caseId ?? null, to.reference ?? null, to.atMs],
  });
}

/**
 * Returns requests, except `exceptIds`, for which a process started asking a carrier and never
 * finished.
 */
export async function abandonedDeliveryRequests(
  db: Queryable,
  beforeMs: number,
  limit: number,
  exceptIds: readonly string[],
): Promise<DeliveryRequestRow[]> {
  const rows = await queryRows<Rows['delivery_requests']>(db, {
    name: 'abandoned_delivery_requests',
    text: `select ${COLUMNS} from delivery_requests
           where state = 'asking'
             and coalesce(settled_at, created_at) < to_timestamp($1 / 1000.0)
             and id <> all($3::uuid[])
           order by created_at limit $2`,
    values: [beforeMs, limit, exceptIds],
  });
  return rows.map(toDeliveryRequest);
}
