import { ATTRIBUTES, type ShipmentAttributes } from '../events/shipment-attributes.ts';
import type { Status } from '../kernel/status.ts';
import type { Queryable } from '../platform/database/database.ts';
import { joinedJson, jsonArray, plainArray } from '../platform/database/plain-array.ts';
import { queryColumn, queryRow, queryRows } from '../platform/database/query-rows.ts';
import type { Rows } from '../platform/database/rows.gen.ts';
import { indexPeople } from './search/people-index.sql.ts';
import type { EstimateOverride, Shipment, ShipmentState, ShownEstimate } from './shipment.ts';
import { dueOn } from './views/shown-estimate.ts';

type Document = 'status' | 'estimatedDelivery' | 'predictedDelivery' | 'pieces';

/** A row of `shipments`, with the types of its JSON columns. */
export interface ShipmentRow
  extends Omit<Rows['shipments'], keyof ShipmentAttributes | Document | 'dueOn'>,
    ShipmentAttributes {
  readonly status: Status;
  readonly estimatedDelivery: ShownEstimate | null;
  readonly predictedDelivery: EstimateOverride | null;
  readonly pieces: ShipmentState['pieces'];
}

/**
 * Returns the assignments of an UPDATE for all attributes (`order_ids = $2, …`) and their values;
 * placeholders start at `firstParameter`.
 */
export function attributeAssignments(
  attributes: ShipmentAttributes,
  firstParameter: number,
): { readonly text: string; readonly values: readonly unknown[] } {
  const columns = ATTRIBUTES.map(({ column }, index) => `${column} = $${firstParameter + index}`);
  const values = ATTRIBUTES.map(({ name, sqlType }) =>
    sqlType === 'jsonb' ? toJsonOrNull(attributes[name]) : attributes[name],
  );
  return { text: columns.join(', '), values };
}

/**
 * The columns by name, because a prepared `select *` fails in every running process when a
 * migration adds a column.
 */
export const COLUMNS = `s.id, s.merchant_id, s.mode, s.shard, s.carrier, s.tracking_number,
  s.carrier_piece_id, s.facts_from, s.facts_until,
  ${ATTRIBUTES.map(({ column }) => `s.${column}`).join(', ')},
  s.personal, s.data_key, s.status, s.sub_status, s.confirmed, s.steering, s.is_returning,
  s.estimated_delivery, s.pieces, s.delivered_at, s.last_event_at, s.sequence, s.created_at,
  s.updated_at, s.deleted_at, s.destination_zone, s.destination_country, s.event_zone, s.expired, s.linked_from,
  s.link_depth, s.predicted_delivery`;

/**
 * Returns all undeleted shipments of these (carrier, number) pairs that the current role may see.
 */
export async function shipmentsByNumber(
  db: Queryable,
  numbers: readonly { readonly carrier: string; readonly trackingNumber: string }[],
): Promise<Shipment[]> {
  const rows = await queryRows<ShipmentRow>(db, {
    name: 'shipments_by_number',
    // Number by number, by the index of the numbers: a plan made while the table was empty is
    // cached, and would read all shipments for each batch until the first ANALYZE.
    text: `select ${COLUMNS} from unnest($1::text[], $2::text[]) as n(carrier, tracking_number)
           cross join lateral (select * from shipments s
             where s.carrier = n.carrier and s.tracking_number = n.tracking_number offset 0) as s
           where s.deleted_at is null order by s.created_at, s.id`,
    values: [numbers.map((n) => n.carrier), numbers.map((n) => n.trackingNumber)],
  });
  return rows.map(toShipment);
}

/**
 * Returns an undeleted shipment that the current role may see; null if there is none with that id.
 */
export async function shipmentById(db: Queryable, id: string): Promise<Shipment | null> {
  const row = await queryRow<ShipmentRow>(db, {
    name: 'shipment_by_id',
    text: `select ${COLUMNS} from shipments s where s.id = $1 and s.deleted_at is null`,
    values: [id],
  });
  return row && toShipment(row);
}

/** Returns the undeleted ones of these shipments, unordered. */
export async function shipmentsByIds(db: Queryable, ids: readonly string[]): Promise<Shipment[]> {
  const rows = await queryRows<ShipmentRow>(db, {
    name: 'shipments_by_ids',
    text: `select ${COLUMNS} from shipments s where s.id = any($1::uuid[]) and s.deleted_at is null`,
    values: [ids],
  });
  return rows.map(toShipment);
}

/** Returns those of these shipments without known people, and so without a recipient's address. */
export async function shipmentsOfNobody(
  db: Queryable,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  return new Set(
    await queryColumn<string>(db, {
      name: 'shipments_of_nobody',
      text: `select id from shipments
           where id = any($1::uuid[]) and personal is null and deleted_at is null`,
      values: [ids],
    }),
  );
}

/** What shows whether a shipment has changed. */
export interface ShipmentVersion {
  readonly sequence: number;
  readonly predicted: EstimateOverride | null;
}

/** Returns the versions of the undeleted ones of these shipments, by id. */
export async function versionsOf(
  db: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ShipmentVersion>> {
  const rows = await queryRows<Pick<ShipmentRow, 'id' | 'sequence' | 'predictedDelivery'>>(db, {
    name: 'shipment_versions',
    text: `select id, sequence, predicted_delivery from shipments
           where id = any($1::uuid[]) and deleted_at is null`,
    values: [ids],
  });
  return new Map(
    rows.map(({ id, sequence, predictedDelivery: predicted }) => [id, { sequence, predicted }]),
  );
}

/** Writes the attributes that the merchant itself may change. */
export async function updateAttributes(db: Queryable, s: Shipment): Promise<void> {
  const attributes = attributeAssignments(s, 9);
  await db.query({
    name: 'update_attributes',
    text: `update shipments set personal = $2, data_key = $3, sequence = $4,
             updated_at = to_timestamp($5 / 1000.0), destination_zone = $6,
             indexed = $7 or indexed and personal is not distinct from $2,
             destination_country = $8,
             ${attributes.text}
           where id = $1`,
    values: [
      s.id,
      s.sealedPersonal?.content ?? null,
      s.sealedPersonal?.dataKey ?? null,
      s.sequence,
      s.updatedAtMs,
      s.destinationZone,
      s.sealedPersonal?.hashes !== undefined,
      s.destinationCountry,
      ...attributes.values,
    ],
  });
  await indexPeople(db, [s]);
}

/**
 * Ends an instance because its number begins a new one. The end is written once and never changes.
 */
export async function endInstance(db: Queryable, id: string, atMs: number): Promise<void> {
  await db.query(
    `update shipments set facts_until = to_timestamp($2 / 1000.0)
     where id = $1 and facts_until is null`,
    [id, atMs],
  );
}

/** Replaces the personal data of a shipment. */
export async function setPersonal(
  db: Queryable,
  id: string,
  sealed: Shipment['sealedPersonal'],
): Promise<void> {
  await db.query('update shipments set personal = $2, data_key = $3, indexed = $4 where id = $1', [
    id,
    sealed?.content ?? null,
    sealed?.dataKey ?? null,
    sealed?.hashes !== undefined,
  ]);
  await indexPeople(db, [{ id, sealedPersonal: sealed }]);
}

interface FoldedState {
  readonly id: string;
  readonly carrierPieceId: string | null;
  readonly state: ShipmentState;
  readonly predicted: EstimateOverride | null;
  readonly sequence: number;
}

/** Stores the folded states of a batch in one statement. */
export async function updateStates(
  db: Queryable,
  folded: readonly FoldedState[],
  atMs: number,
): Promise<void> {
  if (folded.length === 0) return;
  await db.query({
    name: 'update_states',
    text: `
      update shipments s set carrier_piece_id = f.carrier_piece_id, status = f.status,
        sub_status = f.sub_status, confirmed = f.confirmed, steering = f.steering,
        is_returning = f.is_returning, estimated_delivery = f.estimated_delivery, pieces = f.pieces,
        delivered_at = to_timestamp(f.delivered_ms / 1000.0),
        last_event_at = to_timestamp(f.last_event_ms / 1000.0), sequence = f.sequence,
        event_zone = f.event_zone, expired = f.expired,
        predicted_delivery = f.predicted_delivery, due_on = f.due_on::date,
        updated_at = to_timestamp($12 / 1000.0)
      from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bool[], $6::text[],
                  $7::bool[], ${jsonArray('$8')}, ${jsonArray('$9')}, $10::float8[], $11::float8[], $13::int[],
                  $14::text[], $15::bool[], ${jsonArray('$16')}, $17::text[])
        as f(id, carrier_piece_id, status, sub_status, confirmed, steering, is_returning,
             estimated_delivery, pieces, delivered_ms, last_event_ms, sequence,
             event_zone, expired, predicted_delivery, due_on)
      where s.id = f.id`,
    values: [
      plainArray(folded, (f) => f.id),
      folded.map((f) => f.carrierPieceId),
      plainArray(folded, (f) => f.state.status),
      folded.map((f) => f.state.subStatus),
      plainArray(folded, (f) => f.state.confirmed),
      plainArray(folded, (f) => f.state.steering),
      plainArray(folded, (f) => f.state.returning),
      joinedJson(folded, (f) => f.state.estimatedDelivery),
      joinedJson(folded, (f) => f.state.pieces),
      plainArray(folded, (f) => f.state.deliveredAtMs),
      plainArray(folded, (f) => f.state.lastEventAtMs),
      atMs,
      plainArray(folded, (f) => f.sequence),
      folded.map((f) => f.state.eventZone),
      plainArray(folded, (f) => f.state.expired),
      joinedJson(folded, (f) => f.predicted),
      plainArray(folded, dueOn),
    ],
  });
}

function toJsonOrNull(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** Returns a row as a shipment. */
export function toShipment({
  personal,
  dataKey,
  status,
  subStatus,
  confirmed,
  steering,
  isReturning,
  estimatedDelivery,
  predictedDelivery,
  pieces,
  deliveredAtMs,
  lastEventAtMs,
  eventZone,
  expired,
  ...shipment
}: ShipmentRow): Shipment {
  return {
    ...shipment,
    predicted: predictedDelivery,
    sealedPersonal: personal && dataKey && { content: personal, dataKey },
    state: {
      status,
      subStatus,
      confirmed,
      steering,
      returning: isReturning,
      estimatedDelivery,
      pieces,
      deliveredAtMs,
      lastEventAtMs,
      eventZone,
      expired,
    },
  };
}

/**
 * Returns those of these shipments for which an exception, a delivery attempt or one of these
 * reasons was ever reported, even if that no longer counts. Callers can skip all others.
 */
export async function shipmentsWithTrouble(
  db: Queryable,
  shipmentIds: readonly string[],
  reasons: readonly string[],
): Promise<ReadonlySet<string>> {
  if (shipmentIds.length === 0) return new Set();
  return new Set(
    await queryColumn<string>(db, {
      name: 'shipments_with_trouble',
      text: `select distinct shipment_id from facts
           where shipment_id = any($1::uuid[])
             and (status in ('exception', 'delivery_attempted') or reason = any($2::text[]))`,
      values: [shipmentIds, reasons],
    }),
  );
}
