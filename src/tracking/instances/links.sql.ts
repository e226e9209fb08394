import type { Queryable } from '../../platform/database/database.ts';
import type { History } from '../facts/history.ts';
import type { IngestedReport } from '../facts/ingested-report.ts';
import type { FoldState } from '../fold/fold-input.ts';
import type { Shipment } from '../shipment.ts';

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
