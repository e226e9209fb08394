import type pg from 'pg';
import { anyOf, type Table, tablesOf } from '../support/hubs/tenant-tables.ts';

/** Values for columns whose checks name no list of values. */
const SPECIAL: Readonly<Record<string, string>> = {
  'claims.currency': `'EUR'`,
  'courier_shifts.ends_at': `now() + interval '1 hour'`,
  'desk_views.api_key_id': '(select id from api_keys limit 1)',
  'member_sessions.api_key_id': '(select id from api_keys limit 1)',
  'archived_parcels.data_key': `'\\x00'`,
  'paused_areas.cells': `'{u1x0e}'`,
  // A carrier's; own ones have a shipment and no account.
  'proofs.shipment_id': 'null',
};
/**
 * Columns that tie a row to the others, whether they are required or not. All rows are about the parcel
 * with a delivery, so that the others are what the hub has made of them.
 */
const TIED: Readonly<Record<string, string>> = {
  merchant_id: '(select id from merchants order by id limit 1)',
  mode: '(select mode from deliveries limit 1)',
  shipment_id: '(select shipment_id from deliveries limit 1)',
  courier_id: '(select id from couriers limit 1)',
  account_id: '(select id from carrier_accounts limit 1)',
};

/** What the database says of a table. */
interface Rules {
  /** A statement for the value of each column that refers to another table. */
  readonly referred: Readonly<Record<string, string>>;
  /** The first value that a check allows. */
  readonly allowed: Readonly<Record<string, string>>;
}

/**
 * Inserts a row into each table that has none: what refers to another table refers to a row of it,
 * and everything else is any value of its type.
 */
export async function fillEmptyTables(db: pg.Client): Promise<void> {
  let empty: readonly Table[] = (await tablesOf(db)).filter(({ isPartition }) => !isPartition);
  for (let isFirst = true; ; isFirst = false) {
    const left: Table[] = [];
    const reasons: string[] = [];
    for (const table of empty) {
      const { rowCount } = await db.query(`select from ${table.name} limit 1`);
      if (rowCount !== 0) continue;
      try {
        const inserted = await db.query(insertOf(table, await rulesOf(db, table.name)));
        if (inserted.rowCount !== 1) left.push(table);
      } catch (error) {
        reasons.push(`${table.name}: ${String(error)}`);
        left.push(table);
      }
    }
    if (left.length === 0) return;
    if (!isFirst && left.length === empty.length) throw new Error(reasons.join('\n'));
    empty = left;
  }
}

async function rulesOf(db: pg.Client, table: string): Promise<Rules> {
  const { rows } = await db.query<{ column: string; target: string; target_column: string }>(
    `select a.attname as column, c.confrelid::regclass::text as target, b.attname as target_column
     from pg_constraint c, unnest(c.conkey, c.confkey) as k(here, there),
       pg_attribute a, pg_attribute b
     where c.conrelid = $1::regclass and c.contype = 'f' and c.confrelid <> c.conrelid
       and c.confrelid <> 'shipments'::regclass
       and a.attrelid = c.conrelid and a.attnum = k.here
       and b.attrelid = c.confrelid and b.attnum = k.there
     -- Columns that refer to a row together refer to the same one.
     order by cardinality(c.conkey)`,
    [table],
  );
  const checks = await db.query<{ column: string; value: string }>(
    `select found[1] as column, found[2] as value from pg_constraint,
       regexp_match(pg_get_constraintdef(oid),
         '^CHECK \\(+"?(\\w+)"? = ANY \\(ARRAY\\[(''[^'']*'')') as found
     where conrelid = $1::regclass and contype = 'c' and found is not null`,
    [table],
  );
  return {
    referred: Object.fromEntries(
      rows.map(({ column, target, target_column }) => [
        column,
        `(select ${target_column} from ${target} order by ctid limit 1)`,
      ]),
    ),
    allowed: Object.fromEntries(checks.rows.map(({ column, value }) => [column, value])),
  };
}

function insertOf({ name, columns }: Table, { referred, allowed }: Rules): string {
  const given = [...columns].filter(
    ([column, { needed }]) => needed || column in TIED || `${name}.${column}` in SPECIAL,
  );
  const values = given.map(
    ([column, { type }]) =>
      SPECIAL[`${name}.${column}`] ??
      referred[column] ??
      TIED[column] ??
      allowed[column] ??
      anyOf(type),
  );
  const names = given.map(([column]) => `"${column}"`).join(', ');
  return `insert into ${name} (${names}) values (${values.join(', ')})`;
}
