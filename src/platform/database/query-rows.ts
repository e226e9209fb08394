import type pg from 'pg';
import type { Queryable } from './database.ts';
import { getTypeParser } from './pool.ts';
import type { Rows } from './rows.gen.ts';

/** Members of a table's rows. */
export type Row<Table extends keyof Rows, Member extends keyof Rows[Table]> = Pick<
  Rows[Table],
  Member
>;

/**
 * Runs a statement. Its rows have camelCase members for columns, and instants are milliseconds since 1970, whose
 * members end in `Ms`: `created_at timestamptz` is the number `createdAtMs`.
 */
export async function queryRows<Result extends object>(
  db: Queryable,
  statement: string | pg.QueryConfig,
  values: unknown[] = [],
): Promise<Result[]> {
  const config = typeof statement === 'string' ? { text: statement, values } : statement;
  const arrays: pg.QueryArrayConfig = { ...config, rowMode: 'array', types };
  const answer = await db.query<unknown[]>(arrays);
  const names = answer.fields.map((field) => memberOf(field.name, INSTANTS.has(field.dataTypeID)));
  return answer.rows.map((row) => {
    const result: Record<string, unknown> = {};
    for (let nr = 0; nr < names.length; nr += 1) result[names[nr] as string] = row[nr];
    return result as Result;
  });
}

/** The only row of a statement, or null. */
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
    if (oid === OID_TIMESTAMPTZ) {
      return (text: string) => msOfUtc(text) ?? Number(parse(text));
    }
    if (oid === OID_TIMESTAMPTZ_ARRAY) return (text: string) => parse(text).map(Number);
    return parse;
  },
};

/**
 * An instant as a connection in UTC writes it, `2026-03-01 11:00:00.123456+00`; null for any other
 * text. Five times as fast as the driver's parser, which makes a `Date` with regular expressions.
 */
function msOfUtc(text: string): number | null {
  if (text[4] !== '-' || text[0] === '0' || !text.endsWith('+00')) return null;
  const number = (from: number, to: number) => {
    let value = 0;
    for (let at = from; at < to; at += 1) value = value * 10 + text.charCodeAt(at) - CODE_ZERO;
    return value;
  };
  const digits = Math.max(text.length - FRACTION_AT - '+00'.length, 0);
  const fraction = number(FRACTION_AT, FRACTION_AT + digits);
  return (
    Date.UTC(number(0, 4), number(5, 7) - 1, number(8, 10), number(11, 13), number(14, 16)) +
    number(17, 19) * 1000 +
    Math.trunc((fraction * 1000) / 10 ** digits)
  );
}

const FRACTION_AT = '2026-03-01 11:00:00.'.length;
const CODE_ZERO = '0'.charCodeAt(0);

/** By column; statements have the same few thousand columns again and again. */
const members = new Map<string, string>();

export function memberOf(column: string, isInstant: boolean): string {
  const key = isInstant ? `${column}_ms` : column;
  const known = members.get(key);
  if (known !== undefined) return known;
  const member = key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  members.set(key, member);
  return member;
}
