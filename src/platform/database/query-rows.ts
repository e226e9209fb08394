import pg from 'pg';
import type { Queryable } from './database.ts';
import { getTypeParser, withConnection } from './pool.ts';
import type { Rows } from './rows.gen.ts';

/** The given members of a table's rows. */
export type Row<Table extends keyof Rows, Member extends keyof Rows[Table]> = Pick<
  Rows[Table],
  Member
>;

/**
 * Runs a statement. Its rows have camelCase members for columns, and instants are milliseconds
 * since 1970, whose members end in `Ms`: `created_at timestamptz` is the number `createdAtMs`.
 */
export async function queryRows<Result extends object>(
  db: Queryable,
  statement: string | pg.QueryConfig,
  values: unknown[] = [],
): Promise<Result[]> {
  const config = typeof statement === 'string' ? { text: statement, values } : statement;
  const { rows, fields } = await db.query<unknown[]>(asArrays(config));
  return rows.map(rowsOf<Result>(fields));
}

/** Returns the same statement with rows as arrays, for `rowsOf`. */
function asArrays(config: pg.QueryConfig): pg.QueryArrayConfig {
  return { ...config, rowMode: 'array', types };
}

/** Returns a function that turns the arrays of an answer with these fields into rows. */
function rowsOf<Result>(fields: readonly pg.FieldDef[]): (values: unknown[]) => Result {
  const names = fields.map((field) => memberOf(field.name, INSTANTS.has(field.dataTypeID)));
  return (values) => {
    const result: Record<string, unknown> = {};
    for (let index = 0; index < names.length; index += 1)
      result[names[index] as string] = values[index];
    return result as Result;
  };
}

/** Runs a statement and returns the first column of its rows. */
export async function queryColumn<Value>(
  db: Queryable,
  statement: string | pg.QueryConfig,
  values: unknown[] = [],
): Promise<Value[]> {
  const config = typeof statement === 'string' ? { text: statement, values } : statement;
  const { rows } = await db.query<unknown[]>(asArrays(config));
  return rows.map(([first]) => first as Value);
}

/** Runs a statement and returns the first column of its only row, or null. */
export async function queryValue<Value>(
  ...query: Parameters<typeof queryColumn>
): Promise<Value | null> {
  const [first] = await queryColumn<Value>(...query);
  return first ?? null;
}

/** Runs a statement and returns its only row, or null. */
export async function queryRow<Result extends object>(
  db: Queryable,
  statement: string | pg.QueryConfig,
  values?: unknown[],
): Promise<Result | null> {
  const [row] = await queryRows<Result>(db, statement, values);
  return row ?? null;
}

/** Runs a statement and returns how many rows it wrote or found. */
export async function queryCount(
  db: Queryable,
  statement: string | pg.QueryConfig,
  values?: unknown[],
): Promise<number> {
  const { rowCount } = await db.query(statement, values);
  return rowCount ?? 0;
}

/** Runs a statement and returns whether it wrote or found any row. */
export async function queryAny(...query: Parameters<typeof queryCount>): Promise<boolean> {
  return (await queryCount(...query)) > 0;
}

const OID_TIMESTAMPTZ = 1184;

const OID_TIMESTAMPTZ_ARRAY = 1185;

const INSTANTS: ReadonlySet<number> = new Set([OID_TIMESTAMPTZ, OID_TIMESTAMPTZ_ARRAY]);

const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    const parse = getTypeParser(oid, format);
    if (oid === OID_TIMESTAMPTZ) return (text: string) => Number(parse(text));
    if (oid === OID_TIMESTAMPTZ_ARRAY) return (text: string) => parse(text).map(Number);
    return parse;
  },
};

/** Names by column; statements have the same few thousand columns again and again. */
const members = new Map<string, string>();

export function memberOf(column: string, isInstant: boolean): string {
  const key = isInstant ? `${column}_ms` : column;
  const known = members.get(key);
  if (known !== undefined) return known;
  const member = key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  members.set(key, member);
  return member;
}

/**
 * Runs a query and passes each row on as soon as it arrives, while the server still reads the next
 * ones; with `pool.query` one would wait for the other (docs/benchmarks.md, lookup). Rows have the
 * members that `queryRows` describes. Resolves after the last row. Rejects if the query fails,
 * possibly after some rows.
 *
 * @param onRow must not throw: it is called from the connection, where nothing could catch it.
 */
export function eachRow<Row extends object>(
  pool: pg.Pool,
  config: pg.QueryConfig,
  onRow: (row: Row) => void,
): Promise<void> {
  return withConnection(
    pool,
    (client) =>
      new Promise<void>((resolve, reject) => {
        const query = new pg.Query<unknown[]>(asArrays(config));
        let read: ((values: unknown[]) => Row) | null = null;
        query.on('row', (values, answer) => {
          read ??= rowsOf<Row>(answer?.fields ?? []);
          onRow(read(values));
        });
        query.on('end', () => resolve());
        query.on('error', reject);
        client.query(query);
      }),
  );
}
