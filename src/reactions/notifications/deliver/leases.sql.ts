import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';

/** Sessions in whose hands messages are; few, and read from an index of just these. */
export async function leaseHolders(db: Queryable): Promise<readonly number[]> {
  const rows = await queryRows<{ leaseHolder: number }>(db, {
    name: 'lease_holders',
    text: `select distinct lease_holder from notifications
           where lease_until is not null and lease_holder is not null`,
  });
  return rows.map(({ leaseHolder: holder }) => holder);
}

/** Their leases end now. Who held one and lives after all finds that it has another's name. */
export async function endLeasesOf(
  db: Queryable,
  holders: readonly number[],
  nowMs: number,
): Promise<number> {
  const { rowCount } = await db.query({
    name: 'end_leases_of',
    text: `update notifications set lease_until = to_timestamp($2 / 1000.0)
           where lease_until > to_timestamp($2 / 1000.0) and lease_holder = any($1::int[])`,
    values: [holders, nowMs],
  });
  return rowCount ?? 0;
}
