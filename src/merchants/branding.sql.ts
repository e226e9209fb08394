import type { Tenant } from '../kernel/tenant.ts';
import type { Queryable } from '../platform/database/database.ts';
import { queryRow, queryRows } from '../platform/database/query-rows.ts';

interface BrandingRow {
  readonly document: Readonly<Record<string, unknown>>;
  readonly generation: number;
  readonly updatedAtMs: number;
}

/**
 * Returns the merchant's name, and its branding in each of its modes. Needs the pipeline's role.
 */
export async function brandingRows(
  db: Queryable,
  merchantId: string,
): Promise<readonly (BrandingRow & { mode: Tenant['mode'] | null; name: string })[]> {
  return queryRows<BrandingRow & { mode: Tenant['mode'] | null; name: string }>(db, {
    name: 'branding_rows',
    text: `select m.name, b.mode, b.document, b.generation, b.updated_at
           from merchants m left join branding b on b.merchant_id = m.id
           where m.id = $1`,
    values: [merchantId],
  });
}

/**
 * Replaces the stored branding; null if that does not have the generation `expected`
 * (null: any). Uses the tenant's row-level security.
 */
export async function upsertBranding(
  tx: Queryable,
  { merchantId, mode }: Tenant,
  document: Readonly<Record<string, unknown>>,
  expected: number | null,
  nowMs: number,
): Promise<BrandingRow | null> {
  return queryRow<BrandingRow>(
    tx,
    `insert into branding as b (merchant_id, mode, document, generation, updated_at)
     select $1, $2, $3, 1, to_timestamp($5 / 1000.0)
     where coalesce($4, 0) = 0
        or exists (select from branding where merchant_id = $1 and mode = $2)
     on conflict (merchant_id, mode) do update
       set document = excluded.document, generation = b.generation + 1,
           updated_at = excluded.updated_at
       where $4::int is null or b.generation = $4
     returning document, generation, updated_at`,
    [merchantId, mode, JSON.stringify(document), expected, nowMs],
  );
}

interface BrandingChange {
  readonly merchantId: string;
  readonly mode: Tenant['mode'];
  readonly generation: number;
}

/**
 * Returns at most `limit` stored brandings that shared caches were not notified of. Needs the
 * pipeline's role.
 */
export async function unannouncedBrandings(
  db: Queryable,
  limit: number,
): Promise<BrandingChange[]> {
  return queryRows<BrandingChange>(db, {
    name: 'unpublished_brandings',
    text: `select merchant_id, mode, generation from branding
           where published_generation < generation order by merchant_id limit $1`,
    values: [limit],
  });
}

/** Marks brandings as announced; one that was stored in the meantime stays unannounced. */
export async function markBrandingsAnnounced(
  db: Queryable,
  changes: readonly BrandingChange[],
): Promise<void> {
  await db.query({
    name: 'mark_brandings_published',
    text: `update branding b set published_generation = greatest(b.published_generation, t.generation)
           from unnest($1::uuid[], $2::text[], $3::int[]) as t(merchant_id, mode, generation)
           where b.merchant_id = t.merchant_id and b.mode = t.mode`,
    values: [
      changes.map(({ merchantId }) => merchantId),
      changes.map(({ mode }) => mode),
      changes.map(({ generation }) => generation),
    ],
  });
}
