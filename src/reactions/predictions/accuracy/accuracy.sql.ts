import { isTerminal, STATUSES, type Status } from '../../../kernel/status.ts';
import type { Mode } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows, queryValue } from '../../../platform/database/query-rows.ts';

/** Dimensions by which figures can be grouped. */
export const ACCURACY_BY = [
  'carrier',
  'lane',
  'stage',
  'service_level',
  'month',
  'source',
] as const;
export type AccuracyBy = (typeof ACCURACY_BY)[number];

/**
 * Which of a parcel's shown dates is judged: the first; the last before delivery; the one shown
 * when we learned of acceptance; or the last that was first shown in each stage.
 */
export const ACCURACY_AT = ['first', 'last', 'hand_over', 'stage'] as const;
export type AccuracyAt = (typeof ACCURACY_AT)[number];

/** Whose dates: ours as shown, the carrier's, the merchant's promise to the customer. */
const WHOSE = ['ours', 'carrier', 'promise'] as const;
export type Whose = (typeof WHOSE)[number];

export interface AccuracyQuery {
  /** Days of delivery at the destination, both inclusive: `2026-11-20`. */
  readonly from: string;
  readonly to: string;
  /** `stage`: only with `by: 'stage'` or a stage, or parcels would count more than once. */
  readonly at: AccuracyAt;
  /** The grouping; null: one group for all. */
  readonly by: AccuracyBy | null;
  readonly carrier: string | null;
  readonly lane: string | null;
  readonly serviceLevel: string | null;
  /** The parcel's status when the date was first shown. */
  readonly stage: Status | null;
  /** The maximum number of groups: the newest months, else those with most parcels. */
  readonly limit: number;
}

/** The sums of one party's dates in a group; means are null without dates. */
export type DateSums = Readonly<
  { n: number; windows: number } & Record<
    'mae' | 'exact' | 'within_1' | 'late' | 'bias' | 'coverage' | 'width',
    number | null
  >
>;

/** A group as the database sums it up. */
export interface AccuracyRow extends Readonly<Record<Whose, DateSums>> {
  readonly key: string | null;
  readonly parcels: number;
  readonly compared: {
    readonly n: number;
    readonly ours: number | null;
    readonly carrier: number | null;
  };
  readonly warnings: Readonly<
    Record<'n' | 'missed' | 'warned' | 'right', number> & { squares: number | null }
  >;
  /** The number of all groups, including those beyond the limit. */
  readonly groups: number;
}

export interface LedgerOf {
  readonly merchantIds: readonly string[];
  readonly modes: readonly Mode[];
}

/**
 * The first day that is counted: days are added from the last one backwards until there are
 * `rowsMax` rows, each day whole. If all rows fit, it is `from`.
 */
export async function firstDayCounted(
  db: Queryable,
  { merchantIds, modes }: LedgerOf,
  { from, to, carrier }: Pick<AccuracyQuery, 'from' | 'to' | 'carrier'>,
  rowsMax: number,
): Promise<string> {
  const of = carrier === null ? '' : 'and carrier = $6';
  return (
    (await queryValue<string>(db, {
      name: carrier === null ? 'first_day_counted' : 'first_day_counted_of_carrier',
      text: `with ledger as not materialized (
       select delivered_on from edd_promises
       where merchant_id = any($1::uuid[]) and mode = any($2::text[])
         and delivered_on between $3::date and $4::date ${of}),
     -- The index is read from its end, and no further.
     last as (
       select delivered_on as day from ledger order by delivered_on desc offset $5::int - 1 limit 1)
     select day::text as day from last where exists (select from ledger where delivered_on < day)`,
      values: [merchantIds, modes, from, to, rowsMax, ...(carrier === null ? [] : [carrier])],
    })) ?? from
  );
}

/** A date shown after delivery is no prediction. */
const ENDED = STATUSES.filter(isTerminal);

const KEYS: Readonly<Record<AccuracyBy, string>> = {
  carrier: 'carrier',
  lane: 'lane',
  stage: 'stage',
  service_level: 'service_level',
  month: `to_char(delivered_on, 'YYYY-MM')`,
  source: 'source',
};

/** For one party's dates of a parcel: SQL for which of them are candidates, and for their order. */
const PICKS: Readonly<Record<AccuracyAt, { readonly only: string; readonly order: string }>> = {
  first: { only: 'true', order: 'shown_at, id' },
  last: { only: 'true', order: 'shown_at desc, id desc' },
  hand_over: { only: 'at_hand_over', order: 'at_hand_over desc, shown_at, id' },
  stage: { only: 'true', order: 'shown_at desc, id desc' },
};

/**
 * Figures of parcels delivered in these days. A parcel belongs to the group of our date, else of
 * the carrier's, else of the promise, so that it counts once. Merchants are always listed
 * explicitly: then the index on the days of delivery serves one and all alike. There are no joins:
 * the planner has no estimate for the output of a step, and would scan it once for each parcel
 * (20,000 of them: minutes, where sorting takes a second).
 */
export async function accuracyRows(
  db: Queryable,
  whose: LedgerOf,
  query: AccuracyQuery,
): Promise<AccuracyRow[]> {
  const { from, to, at, by, carrier, lane, serviceLevel, stage, limit } = query;
  // With stages, each stage is judged separately.
  const part = at === 'stage' ? 'shipment_id, stage' : 'shipment_id';
  const { only, order } = PICKS[at];
  return queryRows<AccuracyRow>(
    db,
    `with due as (
       select shipment_id, whose, source, shown_at, stage, carrier, service_level, lane, delivered_on,
         error_days, window_from, window_to, miss_probability, warned,
         -- By the calendar of the destination where its clock is known.
         coalesce(shown_on, (shown_at at time zone 'utc')::date) as day_shown,
         ${only} and row_number() over (partition by ${part}, whose order by ${order}) = 1 as picked,
         -- The day that was promised first: by the merchant, or else by the carrier.
         first_value(case when whose <> 'ours' then date end) over (partition by shipment_id
           order by array_position('{promise,carrier,ours}', whose), shown_at, id) as promised
       from edd_promises
       where merchant_id = any($1::uuid[]) and mode = any($2::text[])
         and delivered_on between $3::date and $4::date and stage <> all($5::text[])
         -- The group that a parcel is of is one of its dates'.
         and ($6::text is null or shipment_id in (
           select shipment_id from edd_promises
           where merchant_id = any($1::uuid[]) and mode = any($2::text[])
             and delivered_on between $3::date and $4::date and carrier = $6))),
     said as (
       select *, window_to - window_from as width,
         -- Half a window is none.
         case when window_to >= window_from
           then delivered_on between window_from and window_to end as covered,
         -- While that day was ahead.
         whose = 'ours' and miss_probability between 0 and 1
           and day_shown <= promised as predicted
       from due),
     parcels as (
       select max(delivered_on) as delivered_on,
         ${['carrier', 'lane', 'service_level', 'stage'].map(attribute).join(', ')},
         max(source) filter (where picked and whose = 'ours') as source,
         ${WHOSE.map(columnsOf).join(', ')},
         -- The highest that was said.
         max(miss_probability) filter (where predicted)::float8 as probability,
         bool_or(warned) filter (where predicted) as warned,
         bool_or(delivered_on > promised) filter (where predicted) as missed
       from said group by ${part} having bool_or(picked))
     select ${by === null ? 'null::text' : KEYS[by]} as key, count(*)::int as parcels,
       ${WHOSE.map(dateSums).join(', ')},
       jsonb_build_object(
         'n', count(ours_error + carrier_error),
         'ours', avg(abs(ours_error)) filter (where carrier_error is not null),
         'carrier', avg(abs(carrier_error)) filter (where ours_error is not null)) as compared,
       jsonb_build_object(
         'n', count(probability),
         'missed', count(*) filter (where missed),
         'warned', count(*) filter (where warned),
         'right', count(*) filter (where warned and missed),
         'squares', sum((probability - missed::int) ^ 2)) as warnings,
       (count(*) over ())::int as groups
     from parcels
     where ($6::text is null or carrier = $6) and ($7::text is null or lane = $7)
       and ($8::text is null or service_level = $8) and ($9::text is null or stage = $9)
     ${by === null ? '' : 'group by 1'}
     order by ${by === 'month' ? '1 desc' : '2 desc, 1'} limit $10`,
    [whose.merchantIds, whose.modes, from, to, ENDED, carrier, lane, serviceLevel, stage, limit],
  );
}

/** Each party has one picked date, so the maximum of its values is its value. */
function attribute(name: string): string {
  const of = WHOSE.map((whose) => `max(${name}) filter (where picked and whose = '${whose}')`);
  return `coalesce(${of.join(', ')}) as ${name}`;
}

function columnsOf(whose: Whose): string {
  const only = `filter (where picked and whose = '${whose}')`;
  return `max(error_days) ${only} as ${whose}_error, max(width) ${only} as ${whose}_width,
    bool_or(covered) ${only} as ${whose}_covered`;
}

function dateSums(whose: Whose): string {
  const error = `${whose}_error`;
  return `jsonb_build_object(
    'n', count(${error}), 'windows', count(${whose}_covered), 'mae', avg(abs(${error})),
    'exact', avg((${error} = 0)::int), 'within_1', avg((abs(${error}) <= 1)::int),
    'late', avg((${error} > 0)::int), 'bias', avg(${error}),
    'coverage', avg(${whose}_covered::int), 'width', avg(${whose}_width)) as ${whose}`;
}
