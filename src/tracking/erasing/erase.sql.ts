import { NO_ATTRIBUTES } from '../../events/shipment-attributes.ts';
import { DEMO_TENANT, type Tenant } from '../../kernel/tenant.ts';
import { type Queryable, together } from '../../platform/database/database.ts';
import {
  queryColumn,
  queryCount,
  queryRows,
  type Row,
} from '../../platform/database/query-rows.ts';
import { attributeAssignments } from '../shipments.sql.ts';

/**
 * Deletes everything received about a shipment, and returns which inbound messages it came from.
 * Notes on commands are deleted; the commands stay, for the audit trail.
 */
export async function forgetIngested(tx: Queryable, shipmentId: string): Promise<string[]> {
  const from = tx.query<{ inbound_message_id: string }>({
    name: 'delete_history',
    text: `
      with stated as (delete from facts where shipment_id = $1 returning inbound_message_id),
        seen as (delete from observations where shipment_id = $1 returning inbound_message_id),
        freed as (delete from snapshots where shipment_id = $1 returning inbound_message_id),
        asked as (delete from pulls where shipment_id = $1 returning inbound_message_id)
      select inbound_message_id from stated where inbound_message_id is not null
      union select inbound_message_id from seen union select inbound_message_id from freed
      union select inbound_message_id from asked`,
    values: [shipmentId],
  });
  // A separate statement: links are not on the servers that hold the other tables.
  const linked = tx.query<{ inbound_message_id: string }>({
    name: 'forget_links',
    text: 'delete from links where shipment_id = $1 returning inbound_message_id',
    values: [shipmentId],
  });
  const rest = Object.entries(FORGET).map(([name, text]) =>
    tx.query({ name, text, values: [shipmentId] }),
  );
  await together([from, linked, ...rest]);
  const reports = [...(await from).rows, ...(await linked).rows];
  return [...new Set(reports.map(({ inbound_message_id }) => inbound_message_id))];
}

const FORGET = {
  forget_pieces: 'delete from pieces where shipment_id = $1',
  forget_guesses: 'delete from review_parcels where shipment_id = $1',
  forget_place: 'delete from shipment_places where shipment_id = $1',
  forget_notes: 'delete from shipment_notes where shipment_id = $1',
  forget_external_ids: 'delete from external_ids where shipment_id = $1',
  forget_notes_on_commands: `
    update command_attempts set requested = requested - 'note', note = null, data_key = null
    where shipment_id = $1`,
};

/** An inbound message, and a number it reports on. */
export interface ReportedBy {
  readonly inboundMessageId: string;
  readonly carrier: string;
  readonly trackingNumber: string;
}

/**
 * Returns those of these inbound messages that nobody needs: no observation comes from them,
 * nothing of them is parked, and no shipment of their number has a snapshot or a pull from them.
 * One statement per co-located group of tables, all in one round trip.
 */
export async function unneededInboundMessages(
  tx: Queryable,
  reports: readonly ReportedBy[],
): Promise<string[]> {
  if (reports.length === 0) return [];
  const ids = [...new Set(reports.map(({ inboundMessageId }) => inboundMessageId))].sort();
  const shipments = await shipmentsOfNumbers(tx, reports);
  const needing = [
    // One query per message, each stopping at the first match, because a message may contain
    // thousands of facts. Facts of a message about one number are found by that number's shipments.
    ...ids.map((id) =>
      tx.query<{ inbound_message_id: string }>({
        name: 'inbound_message_observed',
        text: `
          select inbound_message_id from (
            (select inbound_message_id from facts
             where inbound_message_id = $1 and message_shared limit 1)
            union all
            (select inbound_message_id from facts
             where shipment_id = any($2::uuid[]) and inbound_message_id = $1 limit 1)
            union all
            (select inbound_message_id from observations where inbound_message_id = $1 limit 1)
          ) as found limit 1`,
        values: [id, shipments],
      }),
    ),
    tx.query<{ inbound_message_id: string }>({
      name: 'inbound_messages_parked',
      text: 'select distinct inbound_message_id from parked_reports where inbound_message_id = any($1::uuid[])',
      values: [ids],
    }),
    tx.query<{ inbound_message_id: string }>({
      name: 'inbound_messages_of_snapshots',
      text: `select distinct inbound_message_id from snapshots
             where shipment_id = any($1::uuid[]) and inbound_message_id = any($2::uuid[])`,
      values: [shipments, ids],
    }),
    tx.query<{ inbound_message_id: string }>({
      name: 'inbound_messages_of_pulls',
      text: `select distinct inbound_message_id from pulls
             where shipment_id = any($1::uuid[]) and inbound_message_id = any($2::uuid[])`,
      values: [shipments, ids],
    }),
  ];
  await together(needing);
  const found = await Promise.all(needing);
  const needed = new Set(found.flatMap(({ rows }) => rows.map((row) => row.inbound_message_id)));
  return ids.filter((id) => !needed.has(id));
}

/** Returns the undeleted shipments of the numbers in these reports. */
function shipmentsOfNumbers(tx: Queryable, reports: readonly ReportedBy[]): Promise<string[]> {
  return queryColumn<string>(tx, {
    name: 'shipments_of_numbers',
    text: `select distinct s.id from unnest($1::text[], $2::text[]) as n(carrier, tracking_number)
           join shipments s using (carrier, tracking_number) where s.deleted_at is null`,
    values: [
      reports.map(({ carrier }) => carrier),
      reports.map(({ trackingNumber }) => trackingNumber),
    ],
  });
}

/**
 * SQL for the hash that replaces a number: it identifies a known number, but does not reveal it.
 */
const NUMBER_HASH = `'#' || encode(sha256(convert_to(carrier || ' ' || tracking_number, 'UTF8')), 'hex')`;

/**
 * Reduces a shipment's row to what remains of it: that it existed, its merchant and carrier, how it
 * ended, and a hash in place of its number.
 */
export async function markErased(
  tx: Queryable,
  { id, sequence }: { readonly id: string; readonly sequence: number },
  atMs: number,
): Promise<void> {
  const attributes = attributeAssignments(NO_ATTRIBUTES, 4);
  await tx.query({
    name: 'mark_erased',
    text: `
      update shipments set deleted_at = coalesce(deleted_at, to_timestamp($3 / 1000.0)),
        updated_at = to_timestamp($3 / 1000.0), sequence = $2, personal = null, data_key = null,
        tracking_number = ${NUMBER_HASH}, carrier_piece_id = null, steering = null,
        estimated_delivery = null, predicted_delivery = null, pieces = null,
        destination_zone = null, destination_country = null, due_on = null, event_zone = null, ${attributes.text}
      where id = $1`,
    values: [id, sequence, atMs, ...attributes.values],
  });
}

/** Returns the undeleted shipments that are followed only because this one named their numbers. */
export function linkedBy(db: Queryable, shipmentId: string): Promise<string[]> {
  return queryColumn<string>(db, {
    name: 'followed_because_of',
    text: `select c.id from links l join shipments c on c.id = l.tracked_as
           where l.shipment_id = $1 and c.linked_from = $1 and c.deleted_at is null order by c.id`,
    values: [shipmentId],
  });
}

/** Returns those of these shipments because of which any other is followed. */
export async function leadingShipments(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<ReadonlySet<string>> {
  return new Set(
    await queryColumn<string>(db, {
      name: 'leading_shipments',
      text: `select distinct l.shipment_id as id
           from links l join shipments c on c.id = l.tracked_as
           where l.shipment_id = any($1::uuid[]) and c.linked_from = l.shipment_id
             and c.deleted_at is null`,
      values: [shipmentIds],
    }),
  );
}

/**
 * Returns the undeleted shipments that are followed because any of these, or in turn one of those,
 * named their numbers.
 */
export function allLinkedBy(db: Queryable, shipmentIds: readonly string[]): Promise<string[]> {
  return queryColumn<string>(db, {
    name: 'all_followed_because_of',
    text: `with recursive followed as (
             select c.id from links l join shipments c on c.id = l.tracked_as
             where l.shipment_id = any($1::uuid[]) and c.linked_from = l.shipment_id
               and c.deleted_at is null
             union
             select c.id from followed f join links l on l.shipment_id = f.id
             join shipments c on c.id = l.tracked_as
             where c.linked_from = l.shipment_id and c.deleted_at is null)
           select id from followed`,
    values: [shipmentIds],
  });
}

type OwnedRow = Row<'shipments', 'id' | 'merchantId' | 'mode' | 'carrier'>;

/** A shipment with its owner. */
export type OwnedId = Tenant & { readonly id: string; readonly carrier: string };

const owned = (rows: readonly OwnedRow[]): OwnedId[] =>
  rows.map(({ id, merchantId, mode, carrier }) => ({ id, merchantId, mode, carrier }));

/**
 * Returns the undeleted shipments among these subjects without a log entry since `sinceMs`. The
 * row's own update time does not count: changes that show nothing have no entry, and the sweep is
 * based on entries.
 */
export async function withoutEventSince(
  db: Queryable,
  ids: readonly string[],
  sinceMs: number,
): Promise<readonly OwnedId[]> {
  if (ids.length === 0) return [];
  const rows = await queryRows<OwnedRow>(db, {
    name: 'without_event_since',
    text: `select s.id, s.merchant_id, s.mode, s.carrier from shipments s
           where s.id = any($1::uuid[]) and s.deleted_at is null
             and not exists (select from event_log l where l.subject_id = s.id
                             and l.recorded_at >= to_timestamp($2 / 1000.0))
           order by s.id`,
    values: [ids, sinceMs],
  });
  return owned(rows);
}

/** When a parcel ended, in the same expression as the index `shipments_by_end`. */
const END = 'coalesce(delivered_at, last_event_at, created_at)';
const HAS_ENDED = `(delivered_at is not null or status in ('returned_to_sender', 'cancelled')
  or sub_status in ('dead_letter', 'disposed', 'lost', 'seized'))`;

/**
 * Returns at most `limit` undeleted shipments of a carrier that ended before `beforeMs`, the
 * earliest first: they were delivered, returned or cancelled or are lost for good, and nothing has
 * happened to them since. Invented parcels stay: no carrier's terms are about them.
 */
export async function endedBefore(
  db: Queryable,
  carrier: string,
  beforeMs: number,
  limit: number,
  except: readonly string[] = [],
): Promise<readonly OwnedId[]> {
  const rows = await queryRows<OwnedRow>(db, {
    name: 'ended_before',
    text: `select id, merchant_id, mode, carrier from shipments
           where carrier = $1 and ${END} < to_timestamp($2 / 1000.0)
             and deleted_at is null and ${HAS_ENDED} and id <> all($4::uuid[])
             and merchant_id <> '${DEMO_TENANT.merchantId}'
           order by ${END} limit $3`,
    values: [carrier, beforeMs, limit, except],
  });
  return owned(rows);
}

/**
 * Removes the remains of at most `limit` shipments that were deleted before `beforeMs`, with the
 * rows that depend on them: command attempts, guesses. Returns how many.
 */
export function dropDeletedBefore(db: Queryable, beforeMs: number, limit: number): Promise<number> {
  return queryCount(db, {
    name: 'drop_deleted_shipments',
    text: `delete from shipments where id = any(array(
             select id from shipments
             where deleted_at < to_timestamp($1 / 1000.0)
             order by deleted_at limit $2 for update skip locked))`,
    values: [beforeMs, limit],
  });
}
