import type { Queryable } from '../../platform/database/database.ts';
import { queryCount } from '../../platform/database/query-rows.ts';
import type { AheadLimit } from './stored-times.ts';

/** Clocks of processes may differ by less than this. */
export const TOLERANCE_MS = 60_000;
const TOLERANCE = `interval '${TOLERANCE_MS} ms'`;
const NOW = 'to_timestamp($1::float8 / 1000.0)';
/** "Never", in columns that require an instant. */
const NEVER = `'9000-01-01'`;
const BATCH = 10_000;

/**
 * Sets the times of a table that lie too far ahead, and returns in how many rows. Rows that somebody
 * has locked are left for the next time.
 *
 * @param limits by column
 * @param jumped whether the clock was set back, so that no time is ahead by more than its interval
 */
export async function pullBack(
  db: Queryable,
  table: string,
  limits: Readonly<Record<string, AheadLimit>>,
  { nowMs, jumped }: { readonly nowMs: number; readonly jumped: boolean },
): Promise<number> {
  const found: string[] = [];
  const sets = Object.entries(limits).map(([column, limit]) => {
    const [ahead, value] =
      typeof limit === 'string'
        ? [`${limit} > ${NOW} + ${TOLERANCE}`, `${column} - (${limit} - ${NOW})`]
        : [
            `${column} > ${NOW} + greatest(${TOLERANCE}, interval '${limit[jumped ? 1 : 0]}')`,
            `${NOW} + interval '${limit[1]}'`,
          ];
    const isFound = `(${column} < ${NEVER} and ${ahead})`;
    found.push(isFound);
    return `${column} = case when ${isFound} then ${value} else ${column} end`;
  });
  const text = `update ${table} set ${sets.join(', ')} where ctid = any(array(
    select ctid from ${table} where ${found.join(' or ')} limit ${BATCH} for update skip locked))`;
  let rows = 0;
  for (let more = BATCH; more === BATCH; rows += more) more = await queryCount(db, text, [nowMs]);
  return rows;
}
