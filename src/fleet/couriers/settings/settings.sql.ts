import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRow } from '../../../platform/database/query-rows.ts';

/** The merchant's settings as stored; null: none. */
export async function readSettings(db: Queryable, tenant: Tenant): Promise<unknown> {
  const row = await queryRow<{ document: unknown }>(db, {
    name: 'read_courier_settings',
    text: 'select document from courier_settings where merchant_id = $1 and mode = $2',
    values: [tenant.merchantId, tenant.mode],
  });
  return row?.document ?? null;
}

/** Merges the change into the settings, member by member of each group; returns the result. */
export async function writeSettings(
  db: Queryable,
  tenant: Tenant,
  change: Readonly<Record<string, unknown>>,
  nowMs: number,
): Promise<unknown> {
  const row = await queryRow<{ document: unknown }>(
    db,
    `insert into courier_settings as s (merchant_id, mode, document, updated_at)
     values ($1, $2, $3::jsonb, to_timestamp($4 / 1000.0))
     on conflict (merchant_id, mode) do update
       set document = s.document || (
             select coalesce(jsonb_object_agg(key, coalesce(s.document -> key, '{}') || value), '{}')
             from jsonb_each(excluded.document)),
           updated_at = excluded.updated_at
     returning document`,
    [tenant.merchantId, tenant.mode, JSON.stringify(change), nowMs],
  );
  return row?.document ?? null;
}
