import type { Queryable } from '../../platform/database/database.ts';
import type { CountKind } from './counts.ts';

/** A sum of counts; what is not told apart is empty. */
export interface CountRow {
  readonly week: string;
  readonly carrier: string;
  readonly service_level: string;
  readonly lane: string;
  readonly measure: string;
  readonly n: number;
}

/** Of the tenant of the transaction. */
export async function countRows(
  tx: Queryable,
  {
    kind,
    carrier,
    from,
    to,
    byWeek,
  }: {
    readonly kind: CountKind;
    /** Empty: any, where the kind tells carriers apart. */
    readonly carrier: string;
    /** Mondays, the last included. */
    readonly from: string;
    readonly to: string;
    /** False: all weeks in one. */
    readonly byWeek: boolean;
  },
): Promise<CountRow[]> {
  const week = byWeek ? 'week::text' : `''`;
  const { rows } = await tx.query<CountRow>({
    name: `analytics_read_${byWeek}`,
    text: `select ${week} as week, carrier, service_level, lane, measure, sum(n)::int as n
           from analytics_counts
           where merchant_id = (select waybill_tenant()) and mode = (select waybill_mode())
             and kind = $1 and ($2 = '' or carrier = $2) and week between $3::date and $4::date
           group by 1, 2, 3, 4, 5 having sum(n) <> 0`,
    values: [kind, carrier, from, to],
  });
  return rows;
}
