import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRow, queryValue } from '../../../platform/database/query-rows.ts';

interface StoredPolicy {
  readonly document: unknown;
  readonly generation: number;
}

/** Returns a merchant's own policy entries; null: there are none. */
export async function readOwnPolicy(db: Queryable, tenant: Tenant): Promise<StoredPolicy | null> {
  return queryRow<StoredPolicy>(db, {
    name: 'read_exception_policy',
    text: `select document, generation from exception_policies
           where merchant_id = $1 and mode = $2`,
    values: [tenant.merchantId, tenant.mode],
  });
}

/**
 * Stores own policy entries. Returns the new generation; null when the current one is not
 * `expected`. `expected` is 0 if there were no entries, null for any generation.
 */
export function writeOwnPolicy(
  db: Queryable,
  tenant: Tenant,
  document: unknown,
  expected: number | null,
  nowMs: number,
): Promise<number | null> {
  return queryValue<number>(db, {
    name: 'write_exception_policy',
    text: `insert into exception_policies (merchant_id, mode, document, generation, updated_at)
           select $1, $2, $3, 1, to_timestamp($5 / 1000.0)
           where $4::int is null or $4 = 0
             or exists (select from exception_policies where merchant_id = $1 and mode = $2)
           on conflict (merchant_id, mode) do update
             set document = excluded.document, updated_at = excluded.updated_at,
                 generation = exception_policies.generation + 1
             where $4::int is null or exception_policies.generation = $4
           returning generation`,
    values: [tenant.merchantId, tenant.mode, JSON.stringify(document), expected, nowMs],
  });
}
