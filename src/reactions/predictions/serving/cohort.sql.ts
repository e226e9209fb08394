import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';

/** How many of the dates due in the last weeks were met. */
interface PunctualityRow {
  readonly carrier: string;
  readonly whose: 'carrier' | 'rule';
  readonly due: number;
  readonly onTime: number;
}

/**
 * How many of the due dates were met, by carrier and kind. Of each parcel only the first date of
 * each kind counts: a date that was moved until it was right proves nothing.
 */
export async function punctuality(db: Queryable, sinceMs: number): Promise<PunctualityRow[]> {
  return queryRows<PunctualityRow>(db, {
    name: 'kept_dates',
    text: `
      with firsts as (
        select distinct on (shipment_id, whose) carrier, error_days,
               case when whose = 'carrier' then 'carrier' else 'rule' end as whose
        from edd_promises
        where delivered_on >= (to_timestamp($1 / 1000.0))::date
          and (whose = 'carrier' or (whose = 'ours' and source = 'rule'))
        order by shipment_id, whose, shown_at)
      select carrier, whose, count(*)::int as due,
             (count(*) filter (where error_days <= 0))::int as "onTime"
      from firsts group by carrier, whose`,
    values: [sinceMs],
  });
}

/** Deliveries by slots of the day, by the clocks of their destinations. */
interface HourRow {
  readonly fromCountry: string;
  readonly fromPostal: string;
  readonly toCountry: string;
  readonly toPostal: string;
  readonly slot: number;
  readonly count: number;
}

/** Counts deliveries of live parcels by slots of the day; the busiest lanes come first. */
export async function deliveryHours(
  db: Queryable,
  by: {
    readonly sinceMs: number;
    readonly postalChars: number;
    readonly slotMinutes: number;
    readonly limit: number;
  },
): Promise<HourRow[]> {
  return queryRows<HourRow>(db, {
    name: 'delivery_hours',
    text: `
      select coalesce(origin->>'country', '') as from_country,
             left(coalesce(origin->>'postal', ''), $3::int) as from_postal,
             coalesce(destination->>'country', '') as to_country,
             left(coalesce(destination->>'postal', ''), $3::int) as to_postal,
             delivered_minutes / $4::int as slot, count(*)::int as count
      from edd_journeys
      where mode = 'live' and delivered_minutes is not null
        and handed_over_at >= to_timestamp($1 / 1000.0)
      group by 1, 2, 3, 4, 5 order by count(*) desc, 1, 2, 3, 4, 5 limit $2`,
    values: [by.sinceMs, by.limit, by.postalChars, by.slotMinutes],
  });
}
