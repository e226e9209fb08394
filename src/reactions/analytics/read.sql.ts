import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';
import type { CountKind } from './counts.ts';

/** A sum of counts; columns outside the grouping are empty. */
export interface CountRow {
  readonly week: string;
  readonly carrier: string;
  readonly serviceLevel: string;
  readonly lane: string;
  readonly measure: string;
  readonly n: number;
}

/**
 * The columns a kind distinguishes; the others are empty, and grouping by them would only cost
 * time.
 */
const GROUP_COLUMNS: Readonly<Record<CountKind, readonly string[]>> = {
  all: [],
  carrier: ['carrier'],
  service: ['carrier', 'service_level'],
  lane: ['lane'],
  carrier_lane: ['carrier', 'lane'],
};

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
    /** Empty: any carrier, if the kind distinguishes carriers. */
    readonly carrier: string;
    /** Mondays, the last included. */
    readonly from: string;
    readonly to: string;
    /** False: all weeks in one. */
    readonly byWeek: boolean;
  },
): Promise<CountRow[]> {
  const columns = [...GROUP_COLUMNS[kind], ...(byWeek ? ['week'] : [])];
  const of = (column: string) => (columns.includes(column) ? `${column}::text` : `''`);
  // Two statements: one for any carrier would read the rows of all even for a single carrier. A
  // kind without carriers also filters by the empty one: then the weeks are one range of the key;
  // without it all merchants' rows of these weeks were read.
  const one = carrier !== '' || !GROUP_COLUMNS[kind].includes('carrier');
  const only = one ? 'and carrier = $4' : '';
  return queryRows<CountRow>(tx, {
    name: `analytics_read_${kind}_${byWeek}_${one ? 'one' : 'any'}`,
    text: `select ${of('week')} as week, ${of('carrier')} as carrier,
             ${of('service_level')} as service_level, ${of('lane')} as lane, measure, sum(n)::int as n
           from analytics_counts
           where merchant_id = (select waybill_tenant()) and mode = (select waybill_mode())
             and kind = $1 and week between $2::date and $3::date ${only}
           group by ${[...columns, 'measure'].map((each) => `analytics_counts.${each}`).join(', ')}
           having sum(n) <> 0`,
    values: [kind, from, to, ...(one ? [carrier] : [])],
  });
}
