import type pg from 'pg';
import type { Queryable } from './database.ts';
import { getTypeParser } from './pool.ts';
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
export function asArrays(config: pg.QueryConfig): pg.QueryArrayConfig {
  return { ...config, rowMode: 'array', types };
}

/** Returns a function that turns the arrays of an answer with these fields into rows. */
export function rowsOf<Result>(fields: readonly pg.FieldDef[]): (values: unknown[]) => Result {
  const names = fields.map((field) => memberOf(field.name, INSTANTS.has(field.dataTypeID)));
  return (values) => {
    const result: Record<string, unknown> = {};
    for (let nr = 0; nr < names.length; nr += 1) result[names[nr] as string] = values[nr];
    return result as Result;
  };
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
