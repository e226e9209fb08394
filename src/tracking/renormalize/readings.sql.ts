import type { Queryable } from '../../platform/database.ts';
import type { FoldState } from '../fold-input.ts';
import type { RereadFact } from './reread.ts';

/** Replaces stored readings; what was heard and when stays as it is. */
export async function updateReadings(
  tx: Queryable,
  batch: readonly { readonly shipmentId: string; readonly reread: readonly RereadFact[] }[],
): Promise<void> {
  const rows = batch.flatMap(({ shipmentId, reread }) =>
    reread.map(({ fact }) => ({ shipmentId, fact, reading: fact.reading })),
  );
  if (rows.length === 0) return;
  await tx.query({
    name: 'update_readings',
    text: `
      update facts f set status = r.status, reason = r.reason, milestone = r.milestone,
        logical = r.logical, hidden = r.hidden, known = r.known, reviewed = r.reviewed,
        correction = r.correction, return_cancelled = r.return_cancelled, rule = r.rule,
        mapping_version = r.mapping_version, text_key = r.text_key,
        neutral_reading = r.neutral, read_before = r.read_before
      from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[],
        $7::bool[], $8::bool[], $9::bool[], $10::bool[], $11::bool[], $12::jsonb[], $13::text[],
        $14::text[], $15::jsonb[], $16::jsonb[])
        as r(shipment_id, identity, status, reason, milestone, logical, hidden, known, reviewed,
             correction, return_cancelled, rule, mapping_version, text_key, neutral, read_before)
      where f.shipment_id = r.shipment_id and f.identity = r.identity`,
    values: [
      rows.map((row) => row.shipmentId),
      rows.map((row) => row.fact.identity),
      rows.map((row) => row.reading.status),
      rows.map((row) => row.reading.reason),
      rows.map((row) => row.reading.milestone),
      rows.map((row) => row.reading.logical),
      rows.map((row) => row.reading.hidden),
      rows.map((row) => row.reading.known),
      rows.map((row) => row.reading.reviewed),
      rows.map((row) => row.reading.correction),
      rows.map((row) => row.reading.returnCancelled),
      rows.map((row) => json(row.reading.rule)),
      rows.map((row) => row.reading.mappingVersion),
      rows.map((row) => row.reading.text ?? null),
      rows.map((row) => json(row.fact.neutral)),
      rows.map((row) => json(row.fact.readBefore)),
    ],
  });
}

/** Takes away pieces that the facts do not speak of any more. */
export async function dropSilentPieces(
  tx: Queryable,
  batch: readonly { readonly shipmentId: string; readonly folded: FoldState }[],
): Promise<void> {
  if (batch.length === 0) return;
  const pieces = batch.flatMap(({ shipmentId, folded }) =>
    folded.pieceStates.map(({ piece }) => ({ shipmentId, piece })),
  );
  await tx.query({
    name: 'drop_silent_pieces',
    text: `
      delete from pieces p where p.shipment_id = any($1::uuid[])
        and not exists (select from unnest($2::uuid[], $3::text[]) as k(shipment_id, piece)
                        where k.shipment_id = p.shipment_id and k.piece = p.piece)`,
    values: [
      batch.map(({ shipmentId }) => shipmentId),
      pieces.map(({ shipmentId }) => shipmentId),
      pieces.map(({ piece }) => piece),
    ],
  });
}

function json(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
