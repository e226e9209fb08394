import type { Queryable } from '../database/database.ts';
import { HUB_ROLES, settingsOf } from '../database/pool.ts';
import { queryRows, queryValue } from '../database/query-rows.ts';
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
                 where t.tgrelid = c.oid and not t.tgisinternal order by 1) as triggers,
           exists (select from pg_index x where x.indrelid = c.oid and x.indisprimary)
             as "hasPrimaryKey"
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

/**
 * The statements for Citus, in one transaction, and as comments what precedes them and why the other
 * tables stay.
 */
export function citusStatements({ spread, staying }: DistributionPlan, database: string): string {
  const name = `"${database.replaceAll('"', '""')}"`;
  const lines = [
    ...BEFORE,
    '',
    'begin;',
    GUARD,
    '-- 3. Settings for all nodes: transactions send their tenant along, and roles work as on one server.',
    `alter database ${name} set citus.propagate_set_commands = 'local';`,
    `alter database ${name} set citus.max_adaptive_executor_pool_size = 1;`,
    '-- Connections to workers are kept, as each new one costs as much as several facts. No compilation.',
    `alter database ${name} set citus.max_cached_conns_per_worker = ${SHARDS};`,
    `alter database ${name} set jit = off;`,
    ...HUB_ROLES.flatMap((role) => [
      `alter role ${role} login;`,
      ...settingsOf(role)
        .map((setting) => setting.split('='))
        .map(([key, value]) => `alter role ${role} in database ${name} set ${key} = '${value}';`),
    ]),
    '-- 4. The tables.',
    "set local citus.multi_shard_modify_mode = 'sequential';",
    `set local citus.shard_count = ${SHARDS};`,
    ...spread.flatMap(distribute),
    'commit;',
    '',
    `-- Stay on the coordinator, although they grow with parcels: ${staying.length} tables.`,
    ...staying.map(({ table, by, because }) => `--   ${table}, by ${by}: ${because.join('; ')}`),
  ];
  return `${lines.join('\n')}\n`;
}

const BEFORE =
  `-- For psql on the coordinator of a Citus cluster, as a superuser, while no hub runs.
-- 1. Before it, in a database of this name on every node, workers first:
--      create extension citus;
--    pg_hba.conf of each node lets the other nodes in as the database's owner and as waybill_app,
--    waybill_pipeline and waybill_public. Each node needs fsync = on and, because only one worker has
--    a parcel's rows, a synchronous standby of its own, which takes over its address.
-- 2. On the coordinator, with the addresses by which the nodes reach each other:
--      select citus_set_coordinator_host('coordinator.internal', 5432);
--      select citus_add_node('worker-1.internal', 5432);
--      select citus_add_node('worker-2.internal', 5432);
--    and \`waybill migrate\`. Then what follows, in one transaction.`.split('\n');

/**
 * The tables' owner is subject to row-level security: as such, Citus would read no rows when it
 * moves them, and lose them without an error.
 */
const GUARD = `do $$ begin
  if not exists (select from pg_dist_node where isactive and shouldhaveshards and groupid > 0) then
    raise exception 'there is no worker: add them with citus_add_node';
  end if;
  if not (select rolsuper from pg_roles where rolname = current_user) then
    raise exception 'only a superuser sees all rows that are moved';
  end if;
end $$;`;

/**
 * The shards of a table, and so the most workers that can share it. A batch of parcels is a
 * statement for each shard that it touches: with Citus's own 32, a thousand facts took PostgreSQL
 * more than twice as long (docs/scale.md).
 */
const SHARDS = 8;

/**
 * Names the table to colocate with: by default, the engine colocates all tables whose column has
 * the same type. Without a key, rows are identified as a whole while a shard is moved under load.
 */
function distribute({ table, by, beside, hasPrimaryKey }: SpreadTable): string[] {
  return [
    ...(hasPrimaryKey ? [] : [`alter table ${table} replica identity full;`]),
    `select create_distributed_table('${table}', '${by}', colocate_with => '${beside ?? 'none'}');`,
  ];
}

export async function currentDatabase(db: Queryable): Promise<string> {
  return (await queryValue<string>(db, 'select current_database() as name')) ?? '';
}
