import type { Queryable } from '../platform/database/database.ts';
import { queryRows } from '../platform/database/query-rows.ts';

export interface CarrierFigures {
  readonly carrier: string;
  readonly active: number;
  readonly due: number;
  /** The numbers that have been due for longer than an hour. */
  readonly overdue: number;
  readonly callsHour: number;
  readonly callsDay: number;
}

/**
 * Returns the poller's figures by carrier. Active numbers are as of each account's last plan; due
 * ones are read from the index of due numbers, so the cost depends on how many there are.
 */
export async function carrierFigures(db: Queryable, nowMs: number): Promise<CarrierFigures[]> {
  return queryRows<CarrierFigures>(db, {
    name: 'poller_figures',
    text: `
      with parcels as (
        select merchant_id, mode, carrier, max(active_targets) as active
        from account_states group by 1, 2, 3),
      calls as (
        select s.carrier,
          sum(l.calls) filter (where l.minute > to_timestamp($1 / 1000.0) - interval '1 hour')
            as in_hour,
          sum(l.calls) as in_day
        from call_ledger l join account_states s using (account_id)
        where l.minute > to_timestamp($1 / 1000.0) - interval '1 day' group by 1),
      totals as (
        select p.carrier, sum(p.active) as active, sum(d.due) as due, sum(d.overdue) as overdue
        from parcels p cross join lateral (
          select count(*) as due, count(*) filter
            (where t.due_at <= to_timestamp($1 / 1000.0) - interval '1 hour') as overdue
          from generate_series(0, 15) as class(nr) join lateral (
            select due_at from poll_targets t
            where t.merchant_id = p.merchant_id and t.mode = p.mode and t.carrier = p.carrier
              and t.value_class = class.nr and t.ended_at is null
              and t.due_at <= to_timestamp($1 / 1000.0)) t on true) d
        group by 1)
      select s.carrier, s.active::int, s.due::int, s.overdue::int,
        coalesce(c.in_hour, 0)::int as calls_hour, coalesce(c.in_day, 0)::int as calls_day
      from totals s left join calls c using (carrier)`,
    values: [nowMs],
  });
}
