import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';

export interface StoredRules {
  readonly document: unknown;
  readonly generation: number;
  readonly updatedAtMs: number;
}

export interface RulesOf extends StoredRules {
  readonly tenant: Tenant;
}

/** Null: the tenant has none of its own. Under either role; the pipeline's sees everybody's. */
export async function storedRules(
  db: Queryable,
  { merchantId, mode }: Tenant,
): Promise<StoredRules | null> {
  const { rows } = await db.query<{ document: unknown; generation: number; updated_at: Date }>({
    name: 'notification_rules',
    text: `select document, generation, updated_at from notification_rules
           where merchant_id = $1 and mode = $2 and document <> 'null'::jsonb`,
    values: [merchantId, mode],
  });
  const [row] = rows;
  if (row === undefined) return null;
  const { document, generation, updated_at } = row;
  return { document, generation, updatedAtMs: updated_at.getTime() };
}

/** Of those of these tenants that have any. For the role that sees everybody's. */
export async function storedRulesOf(
  db: Queryable,
  tenants: readonly Tenant[],
): Promise<readonly RulesOf[]> {
  const { rows } = await db.query<{
    merchant_id: string;
    mode: Tenant['mode'];
    document: unknown;
    generation: number;
    updated_at: Date;
  }>({
    name: 'notification_rules_of',
    text: `select merchant_id, mode, document, generation, updated_at from notification_rules
           where (merchant_id, mode) in
                 (select * from unnest($1::uuid[], $2::text[])) and document <> 'null'::jsonb`,
    values: [tenants.map(({ merchantId }) => merchantId), tenants.map(({ mode }) => mode)],
  });
  return rows.map(({ merchant_id: merchantId, mode, updated_at, ...stored }) => ({
    ...{ ...stored, tenant: { merchantId, mode }, updatedAtMs: updated_at.getTime() },
  }));
}

/** Of the last change, a removal too, so that a generation never names two contents; 0: none yet. */
export async function lockGeneration(
  db: Queryable,
  { merchantId, mode }: Tenant,
  nowMs: number,
): Promise<number> {
  const { rows } = await db.query<{ generation: number }>(
    `insert into notification_rules (merchant_id, mode, document, generation, updated_at)
     values ($1, $2, 'null', 0, to_timestamp($3 / 1000.0))
     on conflict (merchant_id, mode) do update set generation = notification_rules.generation
     returning generation`,
    [merchantId, mode, nowMs],
  );
  return rows[0]?.generation ?? 0;
}

/** @param document null: back to the installation's. */
export async function replaceRules(
  db: Queryable,
  { merchantId, mode }: Tenant,
  document: unknown,
  nowMs: number,
): Promise<number> {
  const { rows } = await db.query<{ generation: number }>(
    `update notification_rules set document = $3, generation = generation + 1,
       updated_at = to_timestamp($4 / 1000.0)
     where merchant_id = $1 and mode = $2 returning generation`,
    [merchantId, mode, JSON.stringify(document), nowMs],
  );
  return rows[0]?.generation ?? 0;
}
