import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';
import type { CaseKind } from './case.ts';

export const STATS_BY = ['carrier', 'lane', 'facility', 'week', 'reason', 'kind'] as const;
type StatsBy = (typeof STATS_BY)[number];

export interface StatsQuery {
  /** The columns that define the groups; at least one. */
  readonly by: readonly StatsBy[];
  readonly fromMs: number;
  readonly untilMs: number;
  readonly carrier?: string;
  readonly kind?: CaseKind;
  readonly limit: number;
}

/** How often each kind of trouble occurred, and how it ended. */
export interface StatsRow {
  /** The values of the requested columns. A week is given by its Monday in UTC, `YYYY-MM-DD`. */
  readonly group: Readonly<Partial<Record<StatsBy, string | null>>>;
  readonly cases: number;
  readonly open: number;
  readonly resolved: number;
  readonly returned: number;
  readonly claimed: number;
  /** Cases whose deadline passed before they were closed. */
  readonly overdue: number;
  /** The median hours from opening to closing, over closed cases. */
  readonly medianHours: number | null;
}

const COLUMNS: Readonly<Record<StatsBy, string>> = {
  carrier: 'carrier',
  lane: 'lane',
  facility: 'facility',
  week: `to_char(date_trunc('week', opened_at at time zone 'utc'), 'YYYY-MM-DD')`,
  reason: `coalesce(reason, 'none')`,
  kind: 'kind',
};

/**
 * Counts cases by group, groups with the most cases first. Retracted cases do not count. Tenant
 * null: those of every merchant.
 */
export async function caseStats(
  db: Queryable,
  tenant: Tenant | null,
  { by, fromMs, untilMs, carrier, kind, limit }: StatsQuery,
): Promise<StatsRow[]> {
  const groups = by.map((name) => `${COLUMNS[name]} as "${name}"`);
  const rows = await queryRows<Record<string, string | number | null>>(
    db,
    `select ${groups.join(', ')}, count(*)::int as cases,
       count(*) filter (where state = 'open')::int as open,
       count(*) filter (where outcome = 'resolved')::int as resolved,
       count(*) filter (where outcome = 'returned')::int as returned,
       count(*) filter (where outcome = 'claimed')::int as claimed,
       count(*) filter (where overdue_at is not null)::int as overdue,
       round((percentile_cont(0.5) within group (order by extract(epoch from closed_at - opened_at))
         filter (where closed_at is not null) / 3600)::numeric, 1)::float8 as median_hours
     from exception_cases
     where ($1::uuid is null or merchant_id = $1) and ($2::text is null or mode = $2)
       and opened_at >= to_timestamp($3 / 1000.0) and opened_at < to_timestamp($4 / 1000.0)
       and ($5::text is null or carrier = $5) and ($6::text is null or kind = $6)
       and closed_how is distinct from 'retracted'
     group by ${by.map((_, nr) => nr + 1).join(', ')}
     order by cases desc, ${by.map((_, nr) => nr + 1).join(', ')} limit $7`,
    [
      tenant?.merchantId ?? null,
      tenant?.mode ?? null,
      fromMs,
      untilMs,
      carrier ?? null,
      kind ?? null,
      limit,
    ],
  );
  return rows.map((row) => ({
    group: Object.fromEntries(
      by.map((name) => [name, row[name] === null ? null : String(row[name])]),
    ),
    cases: Number(row['cases']),
    open: Number(row['open']),
    resolved: Number(row['resolved']),
    returned: Number(row['returned']),
    claimed: Number(row['claimed']),
    overdue: Number(row['overdue']),
    medianHours: row['medianHours'] === null ? null : Number(row['medianHours']),
  }));
}

/** Figures over the cases of all merchants. */
interface CaseFigures {
  readonly open: number;
  /** The number of those cases whose deadline has passed. */
  readonly overdue: number;
}

/** Counts open cases. Cases of deleted parcels are left out: nobody can work on them. */
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
