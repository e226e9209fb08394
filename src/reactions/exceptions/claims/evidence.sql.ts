import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';
import type { Rows } from '../../../platform/database/rows.gen.ts';

export interface EvidenceRow extends Omit<Rows['case_evidence'], 'dataKey'> {
  /** The key of the content; null: it was erased. */
  readonly dataKey: Uint8Array | null;
}

/**
 * The columns are listed by name: a prepared `select *` fails in every running process when a
 * migration adds a column.
 */
const COLUMNS = `
  id, case_id, merchant_id, mode, shipment_id, actor, media_type, size_bytes, digest, blob_key,
  data_key, added_at`;

/** The evidence of a case that the current role may see, oldest first, without erased items. */
export async function evidenceOfCase(db: Queryable, caseId: string): Promise<EvidenceRow[]> {
  return queryRows<EvidenceRow>(db, {
    name: 'evidence_of_case',
    text: `select ${COLUMNS} from case_evidence where case_id = $1 and data_key is not null
           order by added_at, id`,
    values: [caseId],
  });
}

/** Inserts evidence. Returns false when the case already has the same bytes. */
export async function insertEvidence(db: Queryable, it: EvidenceRow): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'insert_case_evidence',
    text: `insert into case_evidence (id, case_id, merchant_id, mode, shipment_id, actor,
             media_type, size_bytes, digest, blob_key, data_key, added_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, to_timestamp($12 / 1000.0))
           on conflict do nothing`,
    values: [
      it.id,
      it.caseId,
      it.merchantId,
      it.mode,
      it.shipmentId,
      it.actor,
      it.mediaType,
      it.sizeBytes,
      it.digest,
      it.blobKey,
      it.dataKey,
      it.addedAtMs,
    ],
  });
  return (rowCount ?? 0) > 0;
}

/** Erases evidence by destroying its key: its content becomes unreadable. */
export async function eraseEvidence(db: Queryable, id: string): Promise<void> {
  await db.query({
    name: 'erase_case_evidence',
    text: 'update case_evidence set data_key = null where id = $1',
    values: [id],
  });
}

/** The erased evidence whose bytes are still in the blob store. */
export async function erasedEvidence(
  db: Queryable,
  limit: number,
): Promise<{ readonly id: string; readonly blobKey: string }[]> {
  return queryRows<{ id: string; blobKey: string }>(
    db,
    'select id, blob_key from case_evidence where data_key is null order by added_at limit $1',
    [limit],
  );
}

export async function dropEvidence(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query('delete from case_evidence where id = any($1::uuid[])', [ids]);
}
