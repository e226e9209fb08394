import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';
import { observationsOf } from '../facts/last-events.sql.ts';

/** Seconds from the event until a source reported it; null where that is unknown. */
interface SourceDelay {
  readonly medianS: number | null;
  readonly p95S: number | null;
}

/**
 * How many facts each source reported, and how late. It shows the benefit of a carrier's pushes.
 */
export interface SourceFigures {
  readonly carrier: string;
  /** Number of shipments examined. */
  readonly shipments: number;
  /** Facts reported only by pushes, only by pulls, or by both. */
  readonly pushOnly: number;
  readonly pollOnly: number;
  readonly both: number;
  readonly pushDelay: SourceDelay;
  readonly pollDelay: SourceDelay;
}

/**
 * Computes each carrier's `SourceFigures` over the newest shipments that the current role may see.
 * What bridges reported is left out. At most `shipmentsMax` are examined, so that the cost is
 * bounded for any merchant: their observations are found by the index of each shipment. Facts from
 * before the registration are left out, because no push could have reported them.
 */
export async function sourceFigures(db: Queryable, shipmentsMax: number): Promise<SourceFigures[]> {
  // Two statements: a distributed engine joins tables only by a list that it is sent.
  const recent = await queryRows<{ id: string }>(db, {
    name: 'recent_shipments',
    text: `select id from shipments where deleted_at is null order by updated_at desc, id desc limit $1`,
    values: [shipmentsMax],
  });
  const rows = await queryRows<{
    carrier: string;
    shipments: number;
    pushOnly: number;
    pollOnly: number;
    both: number;
    pushDelay: (number | null)[] | null;
    pollDelay: (number | null)[] | null;
  }>(db, {
    name: 'source_figures',
    text: `
      with counted_reports as (
        select r.carrier, s.shipment_id, r.created_at,
          min(s.received_at) filter (where s.source = 'webhook') as pushed_at,
          min(s.received_at) filter (where s.source = 'poll') as pulled_at,
          -- An exact instant only: a bare date would look a day late.
          min(case when s.offset_min is not null and s.time_precision in ('second', 'minute')
                   then (s.local::timestamp - make_interval(mins => s.offset_min))
                        at time zone 'UTC' end) as occurred_at
        from shipments r join ${observationsOf('$1::uuid[]')} s on s.shipment_id = r.id
        left join facts b
          on b.shipment_id = s.shipment_id and b.identity = s.identity and b.bridge is not null
        where r.id = any($1::uuid[]) and s.source in ('webhook', 'poll') and b.identity is null
        group by r.carrier, s.shipment_id, r.created_at, s.identity
      )
      select carrier, count(distinct shipment_id)::int as shipments,
        count(*) filter (where pulled_at is null)::int as push_only,
        count(*) filter (where pushed_at is null)::int as poll_only,
        count(*) filter (where pushed_at is not null and pulled_at is not null)::int as both,
        percentile_cont(array[0.5, 0.95]) within group (
          order by extract(epoch from pushed_at - occurred_at)::float8) as push_delay,
        percentile_cont(array[0.5, 0.95]) within group (
          order by extract(epoch from pulled_at - occurred_at)::float8) as poll_delay
      from counted_reports
      where occurred_at is null or occurred_at >= created_at
      group by carrier order by carrier`,
    values: [recent.map(({ id }) => id)],
  });
  return rows.map((row) => ({
    carrier: row.carrier,
    shipments: row.shipments,
    pushOnly: row.pushOnly,
    pollOnly: row.pollOnly,
    both: row.both,
    pushDelay: delayOf(row.pushDelay),
    pollDelay: delayOf(row.pollDelay),
  }));
}

/**
 * Rounds the percentiles. When a carrier's clock is fast, a report precedes its event: that counts
 * as no delay.
 */
function delayOf(seconds: readonly (number | null)[] | null): SourceDelay {
  const [median, p95] = (seconds ?? []).map((value) =>
    value === null ? null : Math.max(0, Math.round(value)),
  );
  return { medianS: median ?? null, p95S: p95 ?? null };
}
