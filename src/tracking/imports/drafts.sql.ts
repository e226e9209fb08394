import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryAny, queryRows, type Row } from '../../platform/database/query-rows.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type { ImportDraft } from './import.ts';
import { NEVER, type NewImport, openPart, SAMPLE_NR } from './imports.sql.ts';

/** Reads a draft with its first rows; null if it was already started, or does not exist. */
export async function findDraft(
  tx: Queryable,
  sealer: EnvelopeSealer,
  id: string,
): Promise<ImportDraft | null> {
  const [row] = await queryRows<
    Row<'shipment_imports', 'rows' | 'columns'> &
      Row<'shipment_import_parts', 'content' | 'dataKey'>
  >(tx, {
    name: 'find_shipment_import_draft',
    text: `select i.rows, i.columns, p.content, p.data_key
           from shipment_imports i join shipment_import_parts p on p.import_id = i.id and p.nr = $2
           where i.id = $1 and i.due_at = ${NEVER}`,
    values: [id, SAMPLE_NR],
  });
  if (row === undefined) return null;
  const { rows, columns, content: sealed, dataKey } = row;
  const [header, ...sample] = openPart(sealer, { sealed, dataKey });
  return header === undefined ? null : { id, rows, columns, header, sample };
}

/** Stores which attribute each column contains; false if it was already started, or is missing. */
export function setDraftColumns(
  tx: Queryable,
  { merchantId, mode }: Tenant,
  { id, columns, ignoredColumns }: Pick<NewImport, 'id' | 'columns' | 'ignoredColumns'>,
): Promise<boolean> {
  return queryAny(tx, {
    name: 'set_columns_of_shipment_import',
    text: `update shipment_imports set columns = $4, ignored_columns = $5
           where id = $1 and merchant_id = $2 and mode = $3 and due_at = ${NEVER}`,
    values: [id, merchantId, mode, [...columns], [...ignoredColumns]],
  });
}

/** Makes a draft due, and deletes its sample, which is no longer needed. */
export async function beginDraft(tx: Queryable, id: string, nowMs: number): Promise<void> {
  await tx.query(
    `update shipment_imports set due_at = to_timestamp($2 / 1000.0),
       requested_at = to_timestamp($2 / 1000.0) where id = $1`,
    [id, nowMs],
  );
  await tx.query('delete from shipment_import_parts where import_id = $1 and nr = $2', [
    id,
    SAMPLE_NR,
  ]);
}

/** Starts a dry run of a draft under another id, so that the draft can still be imported. */
export async function rehearseDraft(
  tx: Queryable,
  draftId: string,
  { id, nowMs }: { readonly id: string; readonly nowMs: number },
): Promise<void> {
  await tx.query(
    `insert into shipment_imports (id, merchant_id, mode, dry_run, columns, ignored_columns, rows,
       requested_at, due_at)
     select $2, merchant_id, mode, true, columns, ignored_columns, rows,
            to_timestamp($3 / 1000.0), to_timestamp($3 / 1000.0)
     from shipment_imports where id = $1`,
    [draftId, id, nowMs],
  );
  await tx.query(
    `insert into shipment_import_parts (import_id, nr, merchant_id, mode, content, data_key)
     select $2, nr, merchant_id, mode, content, data_key
     from shipment_import_parts where import_id = $1 and nr > $3`,
    [draftId, id, SAMPLE_NR],
  );
}
