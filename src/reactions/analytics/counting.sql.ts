import type { Queryable } from '../../platform/database/database.ts';
import { queryCount, queryRows } from '../../platform/database/query-rows.ts';
import type { CountChange, CountKind } from './counts.ts';
import type { CountedParcel } from './parcel.ts';

/** Returns the counted state of these parcels, by shipment. */
export async function countedParcels(
  db: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CountedParcel>> {
  const rows = await queryRows<CountedParcel>(db, {
    name: 'analytics_counted',
    text: `select shipment_id, merchant_id, mode, sequence, carrier, service_level, lane,
             made_week::text, handed_over_at, attempted, ended, ended_week::text, transit_days,
             on_time, cases
           from analytics_parcels where shipment_id = any($1::uuid[])`,
    values: [ids],
  });
  return new Map(rows.map((row) => [row.shipmentId, row]));
}

/** Stores what was counted of these parcels, replacing what was stored before. */
export async function putCountedParcels(
  db: Queryable,
  parcels: readonly CountedParcel[],
): Promise<void> {
  await db.query({
    name: 'analytics_put',
    text: `insert into analytics_parcels (shipment_id, merchant_id, mode, sequence, carrier,
             service_level, lane, made_week, handed_over_at, attempted, ended, ended_week,
             transit_days, on_time, cases)
           select id, merchant, mode, sequence, carrier, service, lane, made, handed::timestamptz,
             attempted, ended, ended_week, transit, on_time, cases::jsonb
           from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::text[], $6::text[],
             $7::text[], $8::date[], $9::text[], $10::bool[], $11::text[], $12::date[],
             $13::smallint[], $14::bool[], $15::text[]) as t (id, merchant, mode, sequence, carrier,
             service, lane, made, handed, attempted, ended, ended_week, transit, on_time, cases)
           on conflict (shipment_id) do update set
             sequence = excluded.sequence, carrier = excluded.carrier,
             service_level = excluded.service_level, lane = excluded.lane,
             made_week = excluded.made_week, handed_over_at = excluded.handed_over_at,
             attempted = excluded.attempted, ended = excluded.ended,
             ended_week = excluded.ended_week, transit_days = excluded.transit_days,
             on_time = excluded.on_time, cases = excluded.cases`,
    values: [
      parcels.map(({ shipmentId }) => shipmentId),
      parcels.map(({ merchantId }) => merchantId),
      parcels.map(({ mode }) => mode),
      parcels.map(({ sequence }) => sequence),
      parcels.map(({ carrier }) => carrier),
      parcels.map(({ serviceLevel }) => serviceLevel),
      parcels.map(({ lane }) => lane),
      parcels.map(({ madeWeek }) => madeWeek),
      parcels.map(({ handedOverAtMs: ms }) => (ms === null ? null : new Date(ms).toISOString())),
      parcels.map(({ attempted }) => attempted),
      parcels.map(({ ended }) => ended),
      parcels.map(({ endedWeek }) => endedWeek),
      parcels.map(({ transitDays }) => transitDays),
      parcels.map(({ onTime }) => onTime),
      parcels.map(({ cases }) => JSON.stringify(cases)),
    ],
  });
}

/**
 * Adds the changes to the counts. Rows are locked in the order of their keys, so that two
 * concurrent calls never deadlock.
 */
export async function addCounts(db: Queryable, changes: readonly CountChange[]): Promise<void> {
  await db.query({
    name: 'analytics_add',
    text: `insert into analytics_counts as c
             (merchant_id, mode, kind, carrier, week, service_level, lane, measure, n)
           select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[],
             $6::text[], $7::text[], $8::text[], $9::int[])
           on conflict (merchant_id, mode, kind, carrier, week, service_level, lane, measure)
             do update set n = c.n + excluded.n`,
    values: [
      changes.map(({ merchantId }) => merchantId),
      changes.map(({ mode }) => mode),
      changes.map(({ kind }) => kind),
      changes.map(({ carrier }) => carrier),
      changes.map(({ week }) => week),
      changes.map(({ serviceLevel }) => serviceLevel),
      changes.map(({ lane }) => lane),
      changes.map(({ measure }) => measure),
      changes.map(({ n }) => n),
    ],
  });
}

/** Forgets which parcels were counted; their counts stay. */
export async function forgetParcels(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query('delete from analytics_parcels where shipment_id = any($1::uuid[])', [ids]);
}

/** Removes at most `limit` rows of weeks before then; returns how many. */
export function dropCountsBefore(db: Queryable, beforeMs: number, limit: number): Promise<number> {
  return queryCount(db, {
    name: 'drop_old_counts',
    text: `with old as (
             select ctid from analytics_counts where week < to_timestamp($1 / 1000.0)::date
             order by week limit $2 for update skip locked)
           delete from analytics_counts c using old where c.ctid = old.ctid`,
    values: [beforeMs, limit],
  });
}

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
 * The columns by which a kind of row is grouped. The others are empty, and grouping by them would
 * only cost time.
 */
const GROUP_COLUMNS: Readonly<Record<CountKind, readonly string[]>> = {
  all: [],
  carrier: ['carrier'],
  service: ['carrier', 'service_level'],
  lane: ['lane'],
  carrier_lane: ['carrier', 'lane'],
};

/** Returns the counts of the tenant of the transaction. */
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
    /** The Mondays of the first and the last week, both included. */
    readonly from: string;
    readonly to: string;
    /** Whether rows are grouped by week; false: all weeks count together. */
    readonly byWeek: boolean;
  },
): Promise<CountRow[]> {
  const columns = [...GROUP_COLUMNS[kind], ...(byWeek ? ['week'] : [])];
  const selected = (column: string) => (columns.includes(column) ? `${column}::text` : `''`);
  // There are two statements: one statement for any carrier would read the rows of all carriers
  // even for a single one. For a kind without carriers, too, the filter names the empty carrier:
  // then the weeks are one range of the key. Without it, all merchants' rows of these weeks would
  // be read.
  const isOneCarrier = carrier !== '' || !GROUP_COLUMNS[kind].includes('carrier');
  const carrierFilter = isOneCarrier ? 'and carrier = $4' : '';
  return queryRows<CountRow>(tx, {
    name: `analytics_read_${kind}_${byWeek}_${isOneCarrier ? 'one' : 'any'}`,
    text: `select ${selected('week')} as week, ${selected('carrier')} as carrier,
             ${selected('service_level')} as service_level, ${selected('lane')} as lane, measure, sum(n)::int as n
           from analytics_counts
           where merchant_id = (select waybill_tenant()) and mode = (select waybill_mode())
             and kind = $1 and week between $2::date and $3::date ${carrierFilter}
           group by ${[...columns, 'measure'].map((each) => `analytics_counts.${each}`).join(', ')}
           having sum(n) <> 0`,
    values: [kind, from, to, ...(isOneCarrier ? [carrier] : [])],
  });
}
