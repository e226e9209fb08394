import type { Database } from '../../src/platform/database/database.ts';

/** PostgreSQL's code for a table that the role may not read. */
const NOT_PERMITTED = '42501';

export interface CountedRows {
  /** The number of rows in each table that is not empty. */
  readonly rows: Readonly<Record<string, number>>;
  /** The tables that the pipeline's role may not read. */
  readonly unreadable: readonly string[];
}

/**
 * Counts the rows of the tables that the pipeline's role may read.
 * @param merchantId only rows of this merchant, in tables that name it; absent: all rows.
 */
export async function countRows(
  { owner, pipeline }: Pick<Database, 'owner' | 'pipeline'>,
  merchantId?: string,
): Promise<CountedRows> {
  const { rows: tables } = await owner.query<{ name: string; has_owner: boolean }>(
    `select c.relname as name, exists (select from pg_attribute a where a.attrelid = c.oid
       and a.attname = 'merchant_id') as has_owner
     from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and not c.relispartition and c.relname not like 'knex%' order by 1`,
  );
  const counts: [string, number][] = [];
  const unreadable: string[] = [];
  for (const { name, has_owner: hasOwner } of tables) {
    if (merchantId !== undefined && !hasOwner) continue;
    const where = merchantId === undefined ? '' : `where merchant_id = '${merchantId}'`;
    try {
      const { rows } = await pipeline.query<{ n: number }>(
        `select count(*)::int as n from ${name} ${where}`,
      );
      counts.push([name, rows[0]?.n ?? 0]);
    } catch (error) {
      if ((error as { code?: string }).code !== NOT_PERMITTED) throw error;
      unreadable.push(name);
    }
  }
  return { rows: Object.fromEntries(counts.filter(([, n]) => n > 0)), unreadable };
}
