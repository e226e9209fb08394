import type { Queryable } from './database.ts';
import { queryColumn, queryRows } from './query-rows.ts';

/** How much is in a database, as far as it knows without counting. */
export interface DatabaseSizes {
  readonly bytes: number;
  readonly tables: readonly { readonly name: string; readonly rowCount: number }[];
}

export async function databaseSizes(db: Queryable): Promise<DatabaseSizes> {
  const [bytes = 0] = await queryColumn<number>(
    db,
    'select pg_database_size(current_database())::float8',
  );
  const tables = await queryRows<{ name: string; rowCount: number }>(
    db,
    `select c.relname as name, greatest(sum(greatest(p.reltuples, pg_stat_get_live_tuples(p.oid))), 0)::float8 as row_count
     from pg_class c
     join pg_class p on p.oid = c.oid or p.oid in (select relid from pg_partition_tree(c.oid))
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and p.relkind = 'r'
     group by c.relname
     order by c.relname`,
  );
  return { bytes, tables };
}
