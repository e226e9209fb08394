import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';

/** Of all merchants. */
interface CaseFigures {
  readonly open: number;
  /** Of those, whose deadline has passed. */
  readonly overdue: number;
}

/** Of parcels that were deleted none is left to work on. */
export async function caseFigures(db: Queryable, nowMs: number): Promise<CaseFigures> {
  const rows = await queryRows<CaseFigures>(
    db,
    `select count(*)::int as open,
       count(*) filter (where deadline_at <= to_timestamp($1 / 1000.0))::int as overdue
     from exception_cases where state = 'open' and tracking_number is not null`,
    [nowMs],
  );
  return rows[0] ?? { open: 0, overdue: 0 };
}
