import type { ReportedLink } from '../../adapters/contract/contract.ts';
import type { Status } from '../../kernel/status.ts';
import type { Mode } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRows, type Row } from '../../platform/database/query-rows.ts';
import type { History } from '../facts/history.ts';
import type { IngestedReport } from '../facts/ingested-report.ts';
import type { FoldState } from '../fold/fold-input.ts';
import type { Shipment } from '../shipment.ts';

/** A number that a shipment's reports named, and whether it is followed. */
export interface ShownLink {
  readonly kind: ReportedLink['kind'];
  readonly trackingNumber: string;
  readonly carrier: string | null;
  /** The shipment under which it is followed; null while it is not. */
  readonly shipmentId: string | null;
  readonly status: Status | null;
  /** Why it is not followed; null while it is, or while that is undecided. */
  readonly refused: string | null;
}

/** Returns the links of a shipment that the current role may see, oldest first. */
export async function linksOfShipment(db: Queryable, shipmentId: string): Promise<ShownLink[]> {
  return queryRows<ShownLink>(db, {
    name: 'links_of_shipment',
    text: `select l.kind, l.tracking_number, coalesce(s.carrier, l.carrier) as carrier,
             s.id as shipment_id, s.status, l.refused
           from links l left join shipments s on s.id = l.tracked_as and s.deleted_at is null
           where l.shipment_id = $1 order by l.created_at, l.kind, l.tracking_number`,
    values: [shipmentId],
  });
}

/** Returns the links of several shipments by the shipment's id, each oldest first. */
export async function linksOfShipments(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<ReadonlyMap<string, readonly ShownLink[]>> {
  const rows = await queryRows<ShownLink & { readonly of: string }>(db, {
    name: 'links_of_shipments',
    text: `select l.shipment_id as of, l.kind, l.tracking_number,
             coalesce(s.carrier, l.carrier) as carrier, s.id as shipment_id, s.status, l.refused
           from links l left join shipments s on s.id = l.tracked_as and s.deleted_at is null
           where l.shipment_id = any($1::uuid[])
           order by l.created_at, l.kind, l.tracking_number`,
    values: [shipmentIds],
  });
  const links = new Map<string, ShownLink[]>();
  for (const { of, ...link } of rows) links.set(of, [...(links.get(of) ?? []), link]);
  return links;
}

/** An undecided link, with the data that a new shipment inherits. */
export interface WaitingLink
  extends Row<'links', 'shipmentId' | 'merchantId' | 'mode' | 'trackingNumber' | 'carrier'> {
  readonly kind: Exclude<ReportedLink['kind'], 'piece'>;
  readonly parentCarrier: string;
  readonly parentTrackingNumber: string;
  readonly orderIds: readonly string[];
  readonly depth: number;
  /** Links of the same parent that are already followed. */
  readonly linked: number;
}

/**
 * Returns the oldest undecided links. Pieces are left out, because they are parts of the parcel
 * itself.
 */
export async function waitingLinks(db: Queryable, limit: number): Promise<WaitingLink[]> {
  return queryRows<WaitingLink>(db, {
    name: 'waiting_links',
    text: `select l.shipment_id, l.merchant_id, l.mode, l.kind, l.tracking_number, l.carrier,
             s.carrier as parent_carrier, s.tracking_number as parent_tracking_number, s.order_ids,
             s.link_depth as depth,
             (select count(*)::int from links o
              where o.shipment_id = l.shipment_id and o.tracked_as is not null) as linked
           from links l join shipments s on s.id = l.shipment_id
           where l.settled_at is null and l.kind <> 'piece' and s.deleted_at is null
           order by l.created_at limit $1`,
    values: [limit],
  });
}

export type LinkDecision =
  | { readonly kind: 'followed'; readonly shipmentId: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** Records the decision about a link, once; a second decision changes nothing. */
export async function settleLink(
  db: Queryable,
  link: Pick<WaitingLink, 'shipmentId' | 'kind' | 'trackingNumber'>,
  decision: LinkDecision,
  atMs: number,
): Promise<void> {
  await db.query({
    name: 'settle_link',
    text: `update links set settled_at = to_timestamp($4 / 1000.0), tracked_as = $5, refused = $6
           where shipment_id = $1 and kind = $2 and tracking_number = $3 and settled_at is null`,
    values: [
      link.shipmentId,
      link.kind,
      link.trackingNumber,
      atMs,
      decision.kind === 'followed' ? decision.shipmentId : null,
      decision.kind === 'refused' ? decision.reason : null,
    ],
  });
}

/** Stores a link that the merchant named and that is already followed. */
export async function insertLinkedShipment(
  db: Queryable,
  parent: { readonly id: string; readonly merchantId: string; readonly mode: Mode },
  link: {
    readonly kind: WaitingLink['kind'];
    readonly trackingNumber: string;
    readonly carrier: string;
    readonly linkedAs: string;
    readonly atMs: number;
  },
): Promise<void> {
  await db.query({
    name: 'insert_followed_link',
    // No inbound message named it, so the id of the linked shipment takes the place of the
    // message's.
    text: `insert into links (shipment_id, merchant_id, mode, kind, tracking_number, carrier,
             inbound_message_id, created_at, settled_at, tracked_as)
           values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8 / 1000.0),
             to_timestamp($8 / 1000.0), $7)
           on conflict (shipment_id, kind, tracking_number) do update
             set carrier = excluded.carrier, settled_at = excluded.settled_at,
                 tracked_as = excluded.tracked_as, refused = null`,
    values: [
      parent.id,
      parent.merchantId,
      parent.mode,
      link.kind,
      link.trackingNumber,
      link.carrier,
      link.linkedAs,
      link.atMs,
    ],
  });
}

interface WithReports {
  readonly shipment: Shipment;
  readonly ingested: readonly IngestedReport[];
}

/** Stores the links between numbers that carriers reported; the first report of a link counts. */
export async function insertLinks(
  db: Queryable,
  batch: readonly WithReports[],
  nowMs: number,
): Promise<void> {
  const rows = batch.flatMap(({ shipment, ingested }) =>
    ingested.flatMap(({ inboundMessageId, report }) =>
      report.links.map((link) => ({ shipment, inboundMessageId, link })),
    ),
  );
  if (rows.length === 0) return;
  await db.query({
    name: 'insert_links',
    text: `
      insert into links (shipment_id, merchant_id, mode, kind, tracking_number, carrier, inbound_message_id,
                         created_at)
      select l.*, to_timestamp($8 / 1000.0)
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
                  $7::uuid[]) as l
      on conflict do nothing`,
    values: [
      rows.map((row) => row.shipment.id),
      rows.map((row) => row.shipment.merchantId),
      rows.map((row) => row.shipment.mode),
      rows.map((row) => row.link.kind),
      rows.map((row) => row.link.trackingNumber),
      rows.map((row) => row.link.carrier),
      rows.map((row) => row.inboundMessageId),
      nowMs,
    ],
  });
}

interface WithFold {
  readonly shipment: Shipment;
  readonly history: History;
  readonly folded: FoldState;
}

/**
 * Deletes pieces that the fold no longer contains, for example because the carrier retracted them.
 */
export async function deleteGonePieces(db: Queryable, batch: readonly WithFold[]): Promise<void> {
  const gone = batch.flatMap(({ shipment, history, folded }) => {
    const named = new Set<string>();
    for (const { piece } of history.facts.values()) if (piece !== null) named.add(piece);
    for (const { piece } of folded.pieceStates) named.delete(piece);
    return Array.from(named, (piece) => ({ id: shipment.id, piece }));
  });
  if (gone.length === 0) return;
  await db.query({
    name: 'delete_gone_pieces',
    text: `delete from pieces p using unnest($1::uuid[], $2::text[]) as g(shipment_id, piece)
           where p.shipment_id = g.shipment_id and p.piece = g.piece`,
    values: [gone.map(({ id }) => id), gone.map(({ piece }) => piece)],
  });
}

/** Stores the state of each piece of shipments whose number covers several. */
export async function upsertPieces(db: Queryable, batch: readonly WithFold[]): Promise<void> {
  const rows = batch.flatMap(({ shipment, folded }) =>
    folded.pieceStates.map((piece) => ({ shipment, piece })),
  );
  if (rows.length === 0) return;
  await db.query({
    name: 'upsert_pieces',
    text: `
      insert into pieces (shipment_id, merchant_id, mode, piece, status, sub_status)
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
      on conflict (shipment_id, piece) do update
        set status = excluded.status, sub_status = excluded.sub_status
        where (pieces.status, pieces.sub_status)
          is distinct from (excluded.status, excluded.sub_status)`,
    values: [
      rows.map((row) => row.shipment.id),
      rows.map((row) => row.shipment.merchantId),
      rows.map((row) => row.shipment.mode),
      rows.map((row) => row.piece.piece),
      rows.map((row) => row.piece.status),
      rows.map((row) => row.piece.reason),
    ],
  });
}
