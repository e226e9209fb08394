import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRows, type Row } from '../../platform/database/query-rows.ts';

interface NewNote {
  readonly id: string;
  readonly shipmentId: string;
  readonly tenant: Tenant;
  readonly nowMs: number;
  readonly sealed: Uint8Array;
  readonly dataKey: Uint8Array;
}

/**
 * Stores a note, and locks the shipment meanwhile: a concurrent erasure either finds the note, or
 * the note is not written.
 */
export async function insertShipmentNote(
  tx: Queryable,
  { id, shipmentId, tenant, nowMs, sealed, dataKey }: NewNote,
  most: number,
): Promise<'written' | 'full' | 'absent'> {
  const { rowCount } = await tx.query(
    'select from shipments where id = $1 and deleted_at is null for no key update',
    [shipmentId],
  );
  if (rowCount === 0) return 'absent';
  // Counted under the lock. An `insert … select` would be a COPY on Citus, which row-level security
  // forbids.
  const notes = await queryRows<{ count: number }>(
    tx,
    'select count(*)::int as count from shipment_notes where shipment_id = $1',
    [shipmentId],
  );
  if ((notes[0]?.count ?? 0) >= most) return 'full';
  await tx.query(
    `insert into shipment_notes (id, shipment_id, merchant_id, mode, written_at, note, data_key)
     values ($1, $2, $3, $4, to_timestamp($5 / 1000.0), $6, $7)`,
    [id, shipmentId, tenant.merchantId, tenant.mode, nowMs, sealed, dataKey],
  );
  return 'written';
}

type NoteRow = Row<'shipment_notes', 'id' | 'writtenAtMs' | 'note' | 'dataKey'>;

/** Returns the notes on a shipment of the current tenant, newest first. */
export async function shipmentNotes(
  db: Queryable,
  shipmentId: string,
): Promise<readonly NoteRow[]> {
  return queryRows<NoteRow>(db, {
    name: 'shipment_notes',
    text: `select id, written_at, note, data_key from shipment_notes where shipment_id = $1
           order by id desc`,
    values: [shipmentId],
  });
}
