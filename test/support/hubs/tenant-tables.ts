import type { Tenant } from '../../../src/kernel/tenant.ts';
import type { Queryable } from '../../../src/platform/database/database.ts';

/** A table as described by the database. */
export interface Table {
  readonly name: string;
  readonly secured: boolean;
  readonly forced: boolean;
  /** It is a partition of another table. */
  readonly isPartition: boolean;
  /** `tenant`: the app sees its own rows. `closed`: it may not even ask. `other`: neither. */
  readonly forApp: 'tenant' | 'closed' | 'other';
  /** Type of each required column. */
  readonly columns: ReadonlyMap<string, { readonly type: string; readonly needed: boolean }>;
}

/** Every table of the product; the migrator's own two are not. */
export async function tablesOf(db: Queryable): Promise<readonly Table[]> {
  const { rows } = await db.query<{
    name: string;
    secured: boolean;
    forced: boolean;
    is_partition: boolean;
    readable: boolean;
    policies: string[];
    columns: { name: string; type: string; needed: boolean }[];
  }>(
    `select c.relname as name, c.relrowsecurity as secured, c.relforcerowsecurity as forced,
            c.relispartition as is_partition,
            has_table_privilege('waybill_app', c.oid, 'select') as readable,
            array(select p.polname::text from pg_policy p
                  join pg_roles r on r.oid = any(p.polroles)
                  where p.polrelid = c.oid and r.rolname = 'waybill_app') as policies,
            (select jsonb_agg(jsonb_build_object(
                      'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                      'needed', a.attnotnull and not a.atthasdef and a.attidentity = ''))
             from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
     from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and c.relname not like 'knex_migrations%'
     order by c.relname`,
  );
  return rows.map(({ name, secured, forced, is_partition, readable, policies, columns }) => ({
    name,
    secured,
    forced,
    isPartition: is_partition,
    forApp: !readable ? 'closed' : policies.join() === 'tenant' ? 'tenant' : 'other',
    columns: new Map(columns.map((column) => [column.name, column])),
  }));
}

/** Values that checks on certain columns ask for; `$merchant` and `$mode` are the tenant's. */
const SPECIAL: Readonly<Record<string, string>> = {
  'exception_cases.kind': `'other'`,
  'exception_cases.opened_by': `'facts'`,
  'case_events.case_id':
    '(select id from exception_cases where merchant_id = $merchant and mode = $mode limit 1)',
  'case_events.actor': `'hub'`,
  'drops.state': `'done'`,
  'bulk_jobs.action': `'tag'`,
  'archived_parcels.file': `'archive/a.parquet'`,
  'archived_parcels.data_key': `'\\x00'`,
  'archived_trails.file': `'archive/a.parquet'`,
  'drop_rejects.drop_id':
    '(select id from drops where merchant_id = $merchant and mode = $mode limit 1)',
  'shipment_import_parts.import_id':
    '(select id from shipment_imports where merchant_id = $merchant and mode = $mode limit 1)',
  'shipment_import_names.import_id':
    '(select id from shipment_imports where merchant_id = $merchant and mode = $mode limit 1)',
  'shipment_import_errors.import_id':
    '(select id from shipment_imports where merchant_id = $merchant and mode = $mode limit 1)',
  'shipment_import_rows.import_id':
    '(select id from shipment_imports where merchant_id = $merchant and mode = $mode limit 1)',
  'delivery_requests.kind': `'address'`,
  'delivery_requests.state': `'done'`,
  'delivery_requests.actor': `'recipient'`,
  'analytics_counts.kind': `'all'`,
  'case_evidence.case_id':
    '(select id from exception_cases where merchant_id = $merchant and mode = $mode limit 1)',
  'case_evidence.actor': `'merchant'`,
  'claims.case_id':
    '(select id from exception_cases where merchant_id = $merchant and mode = $mode limit 1)',
  'claims.reason': `'damaged'`,
  'claims.currency': `'EUR'`,
  'notification_channels.kind': `'email'`,
  'edd_predictions.source': `'none'`,
  'edd_promises.whose': `'ours'`,
  'edd_promises.source': `'rule'`,
  'links.kind': `'return'`,
  'notification_attempts.notification_id':
    '(select id from notifications where merchant_id = $merchant and mode = $mode limit 1)',
  'notifications.audience': `'recipient'`,
  'notifications.channel': `'email'`,
  'notifications.state': `'sent'`,
  'push_subscriptions.state': `'wanted'`,
  'bridge_registrations.state': `'registered'`,
  'recipient_preferences.channel': `'email'`,
  'scanners.kind': `'device'`,
  'couriers.vehicle': `'van'`,
  'courier_notices.kind': `'taken_off'`,
  'courier_shifts.ends_at': `now() + interval '1 hour'`,
  'courier_trails.kind': `'line'`,
  'deliveries.package_size': `'small'`,
  'deliveries.state': `'ended'`,
  'delivery_offers.state': `'open'`,
  'dispatch_settings.assign': `'offers'`,
  'device_pushes.device_id':
    '(select id from courier_devices where merchant_id = $merchant and mode = $mode limit 1)',
  'offer_pushes.device_id':
    '(select device_id from device_pushes where merchant_id = $merchant and mode = $mode limit 1)',
  'paused_areas.cells': `'{u1x0e}'`,
  'driver_events.type': `'scan'`,
  'driver_events.outcome': `'accepted'`,
  'delivery_proofs.given_by': `'courier'`,
  // A carrier's; own ones have a shipment and no account.
  'proofs.shipment_id': 'null',
  'shops.state': `'connected'`,
  'shop_orders.shop_id':
    '(select id from shops where merchant_id = $merchant and mode = $mode limit 1)',
  'shop_orders.state': `'open'`,
  'shop_writes.state': `'waiting'`,
  'shop_parcels.shop_id':
    '(select shop_id from shop_orders where merchant_id = $merchant and mode = $mode limit 1)',
  'shop_parcels.order_id':
    '(select order_id from shop_orders where merchant_id = $merchant and mode = $mode limit 1)',
  'shop_writes.shop_id':
    '(select shop_id from shop_orders where merchant_id = $merchant and mode = $mode limit 1)',
  'shop_writes.order_id':
    '(select order_id from shop_orders where merchant_id = $merchant and mode = $mode limit 1)',
  'subscriptions.channel': `'email'`,
  'suppressed_addresses.channel': `'email'`,
  'suppressed_addresses.reason': `'bounced'`,
};

/** Nullable, but required in such a row. */
const ALSO_GIVEN: ReadonlySet<string> = new Set(['archived_parcels.data_key']);

/** Things of the tenant that other tables refer to. */
export interface RealIds {
  readonly shipments: string;
  readonly 'carrier-accounts': string;
  /** As stored in the database. */
  readonly courier: string;
}

/**
 * A row in each table the app may read where the tenant has none, whatever its columns are: what
 * refers to the merchant, its shipment or its account is real, everything else is any value of its type. Tables that refer to
 * others come when those are there.
 */
export async function fillTables(
  db: Queryable,
  tables: readonly Table[],
  tenant: Tenant,
  ids: RealIds,
): Promise<void> {
  // Nobody's, so it is none of the tables that are filled.
  await db.query(
    `insert into archive_files values ('archive/a.parquet', now(), 1, 1) on conflict do nothing`,
  );
  let waiting = tables.filter((t) => t.forApp === 'tenant' && t.columns.has('mode'));
  while (waiting.length > 0) {
    const failed: Table[] = [];
    let reason: unknown;
    for (const table of waiting) {
      try {
        if (await hasRow(db, table, tenant)) continue;
        await db.query(insertOf(table, tenant, ids));
      } catch (error) {
        reason = error;
        failed.push(table);
      }
    }
    if (failed.length === waiting.length) throw reason;
    waiting = failed;
  }
}

async function hasRow(db: Queryable, { name }: Table, tenant: Tenant): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from ${name} where merchant_id = $1 and mode = $2 limit 1`,
    [tenant.merchantId, tenant.mode],
  );
  return (rowCount ?? 0) > 0;
}

function insertOf({ name, columns }: Table, tenant: Tenant, ids: RealIds): string {
  const own: Readonly<Record<string, string>> = {
    merchant_id: `'${tenant.merchantId}'`,
    mode: `'${tenant.mode}'`,
    shipment_id: `'${ids.shipments}'`,
    account_id: `'${ids['carrier-accounts']}'`,
    courier_id: `'${ids.courier}'`,
    subject_id: `gen_random_uuid()`,
  };
  const given = [...columns].filter(
    ([column, { needed }]) => needed || column in own || ALSO_GIVEN.has(`${name}.${column}`),
  );
  const values = given.map(
    ([column, { type }]) => special(`${name}.${column}`, tenant) ?? own[column] ?? anyOf(type),
  );
  return `insert into ${name} (${given.map(([column]) => column).join(', ')}) values (${values.join(', ')})`;
}

function special(column: string, { merchantId, mode }: Tenant): string | undefined {
  return SPECIAL[column]?.replace('$merchant', `'${merchantId}'`).replace('$mode', `'${mode}'`);
}

/** A value of a type, as SQL. */
export function anyOf(type: string): string {
  if (type.endsWith('[]')) return `'{}'::${type}`;
  if (type === 'date') return 'current_date';
  if (type === 'uuid') return 'gen_random_uuid()';
  if (type.startsWith('timestamp')) return 'now()';
  if (type === 'jsonb') return `'{}'::jsonb`;
  if (type === 'boolean') return 'false';
  if (type === 'bytea') return 'gen_random_uuid()::text::bytea';
  if (/^(smallint|integer|bigint|numeric|real|double)/.test(type)) return '1';
  return `'x'`;
}
