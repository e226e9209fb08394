import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRow, queryRows, queryValue } from '../../../platform/database/query-rows.ts';

interface StoredRules {
  readonly document: unknown;
  readonly generation: number;
  readonly updatedAtMs: number;
}

export interface RulesOf extends StoredRules {
  readonly tenant: Tenant;
}

/**
 * Returns a tenant's own rules; null: it has none. Works under either role; the pipeline's sees
 * every tenant's.
 */
export async function storedRules(
  db: Queryable,
  { merchantId, mode }: Tenant,
): Promise<StoredRules | null> {
  return queryRow<StoredRules>(db, {
    name: 'notification_rules',
    text: `select document, generation, updated_at from notification_rules
           where merchant_id = $1 and mode = $2 and document <> 'null'::jsonb`,
    values: [merchantId, mode],
  });
}

/**
 * Returns the own rules of those of these tenants that have any. For the role that sees every
 * tenant's.
 */
export async function storedRulesOf(
  db: Queryable,
  tenants: readonly Tenant[],
): Promise<readonly RulesOf[]> {
  const rows = await queryRows<StoredRules & Tenant>(db, {
    name: 'notification_rules_of',
    text: `select merchant_id, mode, document, generation, updated_at from notification_rules
           where (merchant_id, mode) in
                 (select * from unnest($1::uuid[], $2::text[])) and document <> 'null'::jsonb`,
    values: [tenants.map(({ merchantId }) => merchantId), tenants.map(({ mode }) => mode)],
  });
  return rows.map(({ merchantId, mode, ...stored }) => ({
    ...stored,
    tenant: { merchantId, mode },
  }));
}

/**
 * Locks a tenant's rules and returns their generation; 0: they were never changed. A removal also
 * counts as a change, so that a generation never identifies two contents.
 */
export async function lockGeneration(
  db: Queryable,
  { merchantId, mode }: Tenant,
  nowMs: number,
): Promise<number> {
  return (
    (await queryValue<number>(
      db,
      `insert into notification_rules (merchant_id, mode, document, generation, updated_at)
     values ($1, $2, 'null', 0, to_timestamp($3 / 1000.0))
     on conflict (merchant_id, mode) do update set generation = notification_rules.generation
     returning generation`,
      [merchantId, mode, nowMs],
    )) ?? 0
  );
}

/**
 * Stores a tenant's own rules and returns the new generation.
 *
 * @param document null: the installation's rules apply again.
 */
export async function replaceRules(
  db: Queryable,
  { merchantId, mode }: Tenant,
  document: unknown,
  nowMs: number,
): Promise<number> {
  return (
    (await queryValue<number>(
      db,
      `update notification_rules set document = $3, generation = generation + 1,
       updated_at = to_timestamp($4 / 1000.0)
     where merchant_id = $1 and mode = $2 returning generation`,
      [merchantId, mode, JSON.stringify(document), nowMs],
    )) ?? 0
  );
}
