import type pg from 'pg';

/** Tables whose rows are kept: those of partitions are their parents'. */
const TABLES_SQL = `
  select c.relname as name,
         (select json_agg(quote_ident(a.attname) order by a.attnum) from pg_attribute a
           where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '')
           as columns
    from pg_class c
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
   order by c.relname`;

const SEQUENCES_SQL = `
  select format('%I', sequencename) as name, last_value::text as value
    from pg_sequences where schemaname = 'public' and last_value is not null order by 1`;

/**
 * Every row of a database as SQL that any PostgreSQL client runs in one go, on tables that the same
 * migrations have made: pg_dump is of one version with its server, and the embedded package has none.
 */
export async function dumpRows(db: pg.Client): Promise<string> {
  const parts = ['set session_replication_role = replica;'];
  const { rows: tables } = await db.query<{ name: string; columns: string[] }>(TABLES_SQL);
  parts.push(`truncate ${tables.map(({ name }) => `"${name}"`).join(', ')};`);
  for (const { name, columns } of tables) {
    const list = columns.join(', ');
    const { rows } = await db.query<{ text: string }>(
      `select row_to_json(whole_row)::text as text from (select ${list} from "${name}") whole_row order by 1`,
    );
    if (rows.length === 0) continue;
    const all = rows.map(({ text }) => text).join(',\n');
    if (all.includes('$rows$')) throw new Error(`${name}: rows hold the quote around them`);
    parts.push(
      `insert into "${name}" (${list}) overriding system value\n` +
        `select ${list} from json_populate_recordset(null::"${name}", $rows$[${all}]$rows$);`,
    );
  }
  const { rows: sequences } = await db.query<{ name: string; value: string }>(SEQUENCES_SQL);
  parts.push(...sequences.map(({ name, value }) => `select setval('${name}', ${value});`));
  parts.push('reset session_replication_role;');
  return `${parts.join('\n')}\n`;
}
