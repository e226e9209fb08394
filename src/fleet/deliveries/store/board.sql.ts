import { lowestIdAt } from '../../../kernel/ids.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRow, queryRows } from '../../../platform/database/query-rows.ts';
import type { DeliveryRow } from './deliveries.sql.ts';

/**
 * Unfinished deliveries that the current role may see: those that need attention first, then
 * oldest first.
 */
export async function boardDeliveries(
  db: Queryable,
  limit: number,
): Promise<(DeliveryRow & { readonly custody: string | null })[]> {
  return queryRows<DeliveryRow & { readonly custody: string | null }>(
    db,
    `select d.* from deliveries d
     join shipments s on s.id = d.shipment_id and s.deleted_at is null
     where d.state in ('open', 'assigned')
     order by (d.state = 'open' or d.custody is not null) desc, d.opened_at, d.shipment_id limit $1`,
    [limit],
  );
}

type EndedDeliveryRow = DeliveryRow & { readonly endedAtMs: number };

/** The deliveries that ended since then and that the current role may see, the last one first. */
export async function endedDeliveries(
  db: Queryable,
  { sinceMs, limit }: { readonly sinceMs: number; readonly limit: number },
): Promise<EndedDeliveryRow[]> {
  return queryRows<EndedDeliveryRow>(db, {
    name: 'deliveries_ended',
    text: `
      select d.* from deliveries d
      join shipments s on s.id = d.shipment_id and s.deleted_at is null
      where d.state = 'ended' and d.ended_at >= to_timestamp($1 / 1000.0)
      order by d.ended_at desc, d.shipment_id limit $2`,
    values: [sinceMs, limit],
  });
}

export interface BoardFigures {
  readonly open: number;
  /** Of the open deliveries, those that every courier nearby was offered. */
  readonly queued: number;
  readonly assigned: number;
  /**
   * Of the deliveries under way, those whose custody is in doubt: nobody has the parcel, or its
   * courier is silent, off shift or signed out.
   */
  readonly orphaned: number;
  /**
   * Since when the oldest delivery that may be offered has been looking for a courier; null: none.
   */
  readonly oldestMs: number | null;
}

/**
 * Counts deliveries by state, and reads since when the oldest has been looking. Only for the oldest
 * are paused areas left out.
 */
export async function boardFigures(db: Queryable): Promise<BoardFigures> {
  const row = await queryRow<BoardFigures>(
    db,
    `select count(*) filter (where state = 'open')::int as open,
       count(*) filter (where state = 'open' and queued_at is not null)::int as queued,
       count(*) filter (where state = 'assigned')::int as assigned,
       count(*) filter (where custody is not null)::int as orphaned,
       min(greatest(opened_at, ready_at))
         filter (where state = 'open' and pause_id is null) as oldest
     from deliveries where state <> 'ended'`,
  );
  return row ?? { open: 0, queued: 0, assigned: 0, orphaned: 0, oldestMs: null };
}

export interface SearchFigures {
  /** How many found a courier, by an accepted offer or automatically. */
  readonly found: number;
  /**
   * The 90th percentile of their wait, in seconds from when a delivery could be offered; null: none
   * was found.
   */
  readonly waitP90S: number | null;
  /** Average number of offers for each accepted one; null: none. */
  readonly offersEach: number | null;
  /** How often a courier lost a delivery without anyone's doing: silent, off shift, signed out. */
  readonly lost: number;
}

/**
 * Computes how the newest deliveries found couriers, of those created since then that the current
 * role may see.
 */
export async function searchFigures(
  db: Queryable,
  { sinceMs, limit }: { readonly sinceMs: number; readonly limit: number },
): Promise<SearchFigures> {
  const row = await queryRow<SearchFigures>(db, {
    name: 'deliveries_search_figures',
    text: `
      with newest as (
        select * from deliveries where shipment_id >= $1::uuid order by shipment_id desc limit $2),
      found as (
        select d.assigned_how as how,
          extract(epoch from d.assigned_at - greatest(d.opened_at, d.ready_at - interval '20 min'))
            ::float8 as waited_s,
          (select count(*) from delivery_offers o
            where o.shipment_id = d.shipment_id and o.round > 0) as asked
        from newest d
        where d.assigned_at is not null and d.assigned_how in ('accepted', 'auto'))
      select (select count(*)::int from found) as found,
        (select percentile_cont(0.9) within group (order by greatest(0, waited_s)) from found)
          as wait_p90_s,
        (select avg(asked)::float8 from found where how = 'accepted') as offers_each,
        (select count(*)::int from delivery_steps s join newest d using (shipment_id)
          where s.what in ('off_shift', 'revoked', 'silent', 'taken_off')) as lost`,
    values: [lowestIdAt(sinceMs), limit],
  });
  return row ?? { found: 0, waitP90S: null, offersEach: null, lost: 0 };
}
