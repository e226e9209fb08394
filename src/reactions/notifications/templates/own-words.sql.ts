import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryAny, queryRow, queryRows } from '../../../platform/database/query-rows.ts';

export interface OwnWordsRow {
  readonly template: string;
  readonly language: string;
  readonly document: Readonly<Record<string, unknown>>;
  readonly generation: number;
  readonly updatedAtMs: number;
}

/** All of a tenant's own texts, at most one per template and language. Role `waybill_pipeline`. */
export async function ownWordsRows(
  db: Queryable,
  { merchantId, mode }: Tenant,
): Promise<readonly OwnWordsRow[]> {
  return queryRows<OwnWordsRow>(db, {
    name: 'own_words_rows',
    text: `select template, language, document, generation, updated_at from notification_templates
           where merchant_id = $1 and mode = $2 order by template, language`,
    values: [merchantId, mode],
  });
}

/**
 * Stores a tenant's own text. Null: the stored generation is not `expected` (null: any; 0: there is
 * none). Under the tenant's row-level security.
 */
export async function upsertOwnWords(
  tx: Queryable,
  { merchantId, mode }: Tenant,
  row: Pick<OwnWordsRow, 'template' | 'language' | 'document'>,
  expected: number | null,
  nowMs: number,
): Promise<OwnWordsRow | null> {
  return queryRow<OwnWordsRow>(
    tx,
    `insert into notification_templates as t
       (merchant_id, mode, template, language, document, generation, updated_at)
     select $1, $2, $3, $4, $5, 1, to_timestamp($7 / 1000.0)
     where coalesce($6, 0) = 0 or exists (
       select from notification_templates
       where merchant_id = $1 and mode = $2 and template = $3 and language = $4)
     on conflict (merchant_id, mode, template, language) do update
       set document = excluded.document, generation = t.generation + 1,
           updated_at = excluded.updated_at
       where $6::int is null or t.generation = $6
     returning template, language, document, generation, updated_at`,
    [merchantId, mode, row.template, row.language, JSON.stringify(row.document), expected, nowMs],
  );
}

/** Deletes a tenant's own text. False: there is none of that generation (null: any). */
export function deleteOwnWords(
  tx: Queryable,
  { merchantId, mode }: Tenant,
  { template, language }: Pick<OwnWordsRow, 'template' | 'language'>,
  expected: number | null,
): Promise<boolean> {
  return queryAny(
    tx,
    `delete from notification_templates
     where merchant_id = $1 and mode = $2 and template = $3 and language = $4
       and ($5::int is null or generation = $5)`,
    [merchantId, mode, template, language, expected],
  );
}
