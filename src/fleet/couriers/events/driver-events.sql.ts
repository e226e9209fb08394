import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import {
  queryColumn,
  queryCount,
  queryRows,
  type Row,
} from '../../../platform/database/query-rows.ts';
import type { Rows } from '../../../platform/database/rows.gen.ts';
import { SLACK_MS } from './custody.ts';
import type { EventRefusal } from './driver-event.ts';

interface StoredEvent {
  readonly id: string;
  readonly refusal: EventRefusal | null;
}

/** The courier's earlier events with these ids. */
export async function eventsBefore(
  db: Queryable,
  courierId: string,
  ids: readonly string[],
): Promise<Map<string, StoredEvent>> {
  const rows = await queryRows<{ id: string; refusal: EventRefusal | null }>(
    db,
    'select id, refusal from driver_events where courier_id = $1 and id = any($2::text[])',
    [courierId, ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

export interface NewDriverEvent {
  readonly id: string;
  readonly type: 'scan' | 'status' | 'note';
  readonly atMs: number;
  readonly shipmentId: string | null;
  readonly trackingNumber: string | null;
  readonly code: string | null;
  readonly scanIdentity: readonly string[] | null;
  readonly refusal: EventRefusal | null;
  readonly sealed: { readonly content: Uint8Array; readonly dataKey: Uint8Array } | null;
}

/** Stores the events of a courier's device with their outcomes. */
export async function insertEvents(
  db: Queryable,
  whose: { readonly tenant: Tenant; readonly courierId: string; readonly deviceId: string },
  events: readonly NewDriverEvent[],
  nowMs: number,
): Promise<void> {
  const { tenant, courierId, deviceId } = whose;
  const rows = events.map((event) => ({
    id: event.id,
    type: event.type,
    at_ms: event.atMs,
    shipment_id: event.shipmentId,
    tracking_number: event.trackingNumber,
    code: event.code,
    scan_identity: event.scanIdentity,
    refusal: event.refusal,
    content: event.sealed && Buffer.from(event.sealed.content).toString('hex'),
    data_key: event.sealed && Buffer.from(event.sealed.dataKey).toString('hex'),
  }));
  await db.query(
    `insert into driver_events (courier_id, id, merchant_id, mode, device_id, type, at, received_at,
       shipment_id, tracking_number, code, scan_identity, outcome, refusal, content, data_key)
     select $1, e.id, $2, $3, $4, e.type, to_timestamp(e.at_ms / 1000.0),
       to_timestamp($5 / 1000.0), e.shipment_id, e.tracking_number, e.code, e.scan_identity,
       case when e.refusal is null then 'accepted' else 'refused' end, e.refusal,
       decode(e.content, 'hex'), decode(e.data_key, 'hex')
     from jsonb_to_recordset($6::jsonb) as e(id text, type text, at_ms float8, shipment_id uuid,
       tracking_number text, code text, scan_identity text[], refusal jsonb, content text,
       data_key text)
     on conflict (courier_id, id) do update set device_id = excluded.device_id,
       received_at = excluded.received_at, shipment_id = excluded.shipment_id,
       scan_identity = excluded.scan_identity, outcome = excluded.outcome,
       refusal = excluded.refusal, content = excluded.content, data_key = excluded.data_key
     where driver_events.outcome = 'refused'`,
    [courierId, tenant.merchantId, tenant.mode, deviceId, nowMs, JSON.stringify(rows)],
  );
}

/** The identities of a courier's accepted scans of a number since then, recorded or not yet. */
export function recentScanIdentities(
  db: Queryable,
  courierId: string,
  { merchantId, mode }: Tenant,
  trackingNumber: string,
  sinceMs: number,
): Promise<readonly (readonly string[])[]> {
  return queryColumn<string[]>(
    db,
    `select scan_identity from driver_events
     where merchant_id = $1 and mode = $2 and tracking_number = $3 and courier_id = $4
       and received_at >= to_timestamp($5 / 1000.0) and scan_identity is not null`,
    [merchantId, mode, trackingNumber, courierId, sinceMs],
  );
}

/** Deletes at most `limit` events that were received before then; returns how many. */
export function dropEventsBefore(db: Queryable, beforeMs: number, limit: number): Promise<number> {
  return queryCount(
    db,
    `delete from driver_events where (courier_id, id) in (
       select courier_id, id from driver_events where received_at < to_timestamp($1 / 1000.0)
       limit $2)`,
    [beforeMs, limit],
  );
}

type ListedEvent = Omit<
  Rows['driver_events'],
  'courierId' | 'merchantId' | 'mode' | 'outcome' | 'scanIdentity' | 'refusal'
> & { readonly refusal: EventRefusal | null };

/** The newest events from a courier's devices, newest first. */
export async function lastEvents(
  db: Queryable,
  courierId: string,
  { refusedOnly, limit }: { readonly refusedOnly: boolean; readonly limit: number },
): Promise<ListedEvent[]> {
  return queryRows<ListedEvent>(
    db,
    `select id, device_id, type, at, received_at, shipment_id, tracking_number, code, refusal,
       content, data_key
     from driver_events
     where courier_id = $1 and ($2 is false or outcome = 'refused')
     order by received_at desc, at desc, id limit $3`,
    [courierId, refusedOnly, limit],
  );
}

type NoteRow = Row<'driver_events', 'courierId' | 'atMs'> & {
  readonly content: Buffer;
  readonly dataKey: Buffer;
};

/** The notes that couriers wrote about a parcel, oldest first. */
export async function notesOfShipment(
  db: Queryable,
  shipmentId: string,
  limit: number,
): Promise<NoteRow[]> {
  return queryRows<NoteRow>(
    db,
    `select courier_id, at, content, data_key from driver_events
     where shipment_id = $1 and outcome = 'accepted' and content is not null
       and data_key is not null
     order by at, id limit $2`,
    [shipmentId, limit],
  );
}

/**
 * Those of these shipments to which a courier may attach a proof made at `atMs`: parcels in hand,
 * parcels that the courier had at that time, and parcels that the courier delivered and nobody has
 * had since.
 */
export async function parcelsOpenToProof(
  db: Queryable,
  { merchantId, mode }: Tenant,
  courierId: string,
  shipmentIds: readonly string[],
  atMs: number,
): Promise<ReadonlySet<string>> {
  return new Set(
    await queryColumn<string>(db, {
      name: 'parcels_to_show',
      text: `select shipment_id from courier_parcels p
           where merchant_id = $1 and mode = $2 and courier_id = $3
             and shipment_id = any($4::uuid[]) and held_since is not null
             and (done_at is null
               or (held_since <= to_timestamp($5::float8 / 1000.0)
                 and done_at >= to_timestamp($6::float8 / 1000.0))
               or (done_why = 'delivered' and not exists (
                 select from courier_parcels later
                 where later.shipment_id = p.shipment_id and later.held_since > p.held_since)))`,
      values: [merchantId, mode, courierId, shipmentIds, atMs + SLACK_MS, atMs - SLACK_MS],
    }),
  );
}
