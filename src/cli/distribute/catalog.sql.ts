import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';
import type { Catalog, DistributionPlan, SpreadTable } from './distribution-plan.ts';

/**
 * Reads tables, unique keys, foreign keys and triggers; of a partitioned table only the table
 * itself.
 */
export async function readCatalog(db: Queryable): Promise<Catalog> {
  const tables = await queryRows<Catalog['tables'][number]>(
    db,
    `
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns,
           array(select t.tgname::text from pg_trigger t
                 where t.tgrelid = c.oid and not t.tgisinternal order by 1) as triggers
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p') and not c.relispartition and c.relname not like 'knex\\_%'
    group by c.oid, c.relname order by c.relname`,
  );
  const uniques = await queryRows<Catalog['uniques'][number]>(
    db,
    `
    select t.relname as "table", i.relname as name,
           array(select coalesce(a.attname::text, '(expression)')
                 from unnest(x.indkey::int[]) with ordinality as k(attnum, nr)
                 left join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum and k.attnum > 0
                 where k.nr <= x.indnkeyatts order by k.nr) as columns
    from pg_index x
    join pg_class t on t.oid = x.indrelid and not t.relispartition
    join pg_class i on i.oid = x.indexrelid
    join pg_namespace n on n.oid = t.relnamespace and n.nspname = 'public'
    where (x.indisunique or x.indisexclusion) and t.relname not like 'knex\\_%' order by 1, 2`,
  );
  const references = await queryRows<Catalog['references'][number]>(
    db,
    `
    select t.relname as "table", f.relname as target, k.conname as name,
           array(select a.attname::text from unnest(k.conkey) with ordinality as c(attnum, nr)
                 join pg_attribute a on a.attrelid = t.oid and a.attnum = c.attnum order by c.nr) as columns,
           array(select a.attname::text from unnest(k.confkey) with ordinality as c(attnum, nr)
                 join pg_attribute a on a.attrelid = f.oid and a.attnum = c.attnum order by c.nr)
             as "targetColumns"
    from pg_constraint k
    join pg_class t on t.oid = k.conrelid and not t.relispartition
    join pg_class f on f.oid = k.confrelid and not f.relispartition
    join pg_namespace n on n.oid = t.relnamespace and n.nspname = 'public'
    where k.contype = 'f' order by 1, 3`,
  );
  return { tables, uniques, references };
}

/** The statements for Citus, and as comments what cannot be spread and why. */
export function citusStatements({ copied, spread, staying }: DistributionPlan): string {
  const lines = [
    '-- For the coordinator of a Citus cluster, after `waybill migrate` and before the hub starts.',
    '-- Its servers have to let in waybill_app, waybill_pipeline and waybill_public, as whom it asks them, and with',
    "-- citus.propagate_set_commands = 'local' on it they know of which merchant rows are asked for.",
    ...copied.map((table) => `select create_reference_table('${table}');`),
    ...spread.map(distribute),
    '',
    `-- Stay on the coordinator, although they grow with parcels: ${staying.length} tables.`,
    ...staying.map(({ table, by, because }) => `--   ${table}, by ${by}: ${because.join('; ')}`),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Names the table to colocate with: by default, the engine colocates all tables whose column has
 * the same type.
 */
function distribute({ table, by, beside }: SpreadTable): string {
  return `select create_distributed_table('${table}', '${by}', colocate_with => '${beside ?? 'none'}');`;
}
