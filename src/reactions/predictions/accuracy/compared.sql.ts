import { isTerminal, STATUSES } from '../../../kernel/status.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryColumn, queryCount, queryRows } from '../../../platform/database/query-rows.ts';

/** A date shown after delivery is no prediction. */
const ENDED = STATUSES.filter(isTerminal);

/**
 * Locks our dates at acceptance whose outcome differs from the summed one.
 *
 * @param shipmentId only this one; null: any
 * @returns their ids, at most `limit`, with their rows locked; rows locked by others are skipped.
 */
export function lockUncounted(
  tx: Queryable,
  shipmentId: string | null,
  limit: number,
): Promise<readonly string[]> {
  return queryColumn<string>(tx, {
    name: shipmentId === null ? 'lock_uncounted_dates' : 'lock_uncounted_dates_of',
    text: `select id from edd_promises
           where whose = 'ours' and at_hand_over and delivered_on is distinct from counted_on
             ${shipmentId === null ? '' : 'and shipment_id = $2'}
           order by id limit $1 for update ${shipmentId === null ? 'skip locked' : ''}`,
    values: [limit, ...(shipmentId === null ? [] : [shipmentId])],
  });
}

/**
 * Updates the sums for these dates. A parcel counts if both our date and the carrier's were shown
 * at acceptance, the first of each, with the week and the carrier of ours.
 *
 * @param ids of our dates whose rows the transaction has locked
 */
export async function countCompared(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.query({
    name: 'count_compared_dates',
    text: `
      with ours as (
        select * from edd_promises where id = any($1::uuid[])),
      -- Of a parcel one date of each counts, as in the figures of dates.
      pairs as (
        select o.id, abs(o.error_days) as ours_days, c.days as carrier_days
        from ours o
        cross join lateral (
          select abs(p.error_days) as days from edd_promises p
          where p.shipment_id = o.shipment_id and p.whose = 'carrier' and p.at_hand_over
            and p.stage <> all($2::text[])
          order by p.shown_at, p.id limit 1) c
        where o.delivered_on is not null and o.stage <> all($2::text[])
          and not exists (
            select from edd_promises e
            where e.shipment_id = o.shipment_id and e.whose = 'ours' and e.at_hand_over
              and e.stage <> all($2::text[]) and (e.shown_at, e.id) < (o.shown_at, o.id))),
      noted as (
        update edd_promises p set counted_on = o.delivered_on,
          counted_ours_days = n.ours_days, counted_carrier_days = n.carrier_days
        from ours o left join pairs n using (id) where p.id = o.id),
      changes as (
        select o.merchant_id, o.mode, o.carrier, o.delivered_on as day, 1 as parcels,
          n.ours_days, n.carrier_days
        from ours o join pairs n using (id) where n.carrier_days is not null
        union all
        select merchant_id, mode, carrier, counted_on, -1, -counted_ours_days, -counted_carrier_days
        from ours where counted_carrier_days is not null),
      sums as (
        select merchant_id, mode, date_trunc('week', day::timestamp)::date as week, carrier,
          sum(parcels) as parcels, sum(ours_days) as ours_days, sum(carrier_days) as carrier_days
        from changes group by 1, 2, 3, 4
        having (sum(parcels), sum(ours_days), sum(carrier_days)) <> (0, 0, 0))
      insert into edd_compared_weeks as w
        (merchant_id, mode, week, carrier, parcels, ours_days, carrier_days)
      -- In the order of their keys, which two that count at once share: neither waits for the other for ever.
      select * from sums order by 1, 2, 3, 4
      on conflict (merchant_id, mode, week, carrier) do update set
        parcels = w.parcels + excluded.parcels, ours_days = w.ours_days + excluded.ours_days,
        carrier_days = w.carrier_days + excluded.carrier_days`,
    values: [ids, ENDED],
  });
}

/** A carrier's parcels with both dates at acceptance, and the sums of their errors in days. */
export interface ComparedRow {
  readonly carrier: string;
  readonly parcels: number;
  readonly oursDays: number;
  readonly carrierDays: number;
}

/** The sums of the tenant of the transaction, carriers with most parcels first. */
export async function comparedRows(
  tx: Queryable,
  {
    carrier,
    from,
    to,
    limit,
  }: {
    /** The carrier; null: all. */
    readonly carrier: string | null;
    /** The Mondays of the first and the last week, both included. */
    readonly from: string;
    readonly to: string;
    readonly limit: number;
  },
): Promise<readonly ComparedRow[]> {
  return queryRows<ComparedRow>(tx, {
    name: 'compared_dates',
    text: `select carrier, sum(parcels)::int as parcels, sum(ours_days)::float8 as ours_days,
             sum(carrier_days)::float8 as carrier_days
           from edd_compared_weeks
           where merchant_id = (select waybill_tenant()) and mode = (select waybill_mode())
             and week between $1::date and $2::date and ($3::text is null or carrier = $3)
           group by 1 having sum(parcels) > 0 order by 2 desc, 1 limit $4`,
    values: [from, to, carrier, limit],
  });
}

/** Removes at most `limit` sums of weeks before then; returns how many. */
export function dropComparedBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return queryCount(db, {
    name: 'drop_old_compared_weeks',
    text: `with old as (
             select ctid from edd_compared_weeks where week < to_timestamp($1 / 1000.0)::date
             order by week limit $2 for update skip locked)
           delete from edd_compared_weeks w using old where w.ctid = old.ctid`,
    values: [beforeMs, limit],
  });
}

/**
 * Marks the dates shown at acceptance: the newest of each party. Call it once a parcel is known
 * to be with the carrier and the dates shown then are written; later calls change nothing. If there
 * were none yet, those present at the next call count.
 */
export async function markHandedOver(db: Queryable, shipmentIds: readonly string[]): Promise<void> {
  if (shipmentIds.length === 0) return;
  await db.query({
    name: 'mark_handed_over',
    text: `
      update edd_promises set at_hand_over = true
      where id in (select distinct on (p.shipment_id, p.whose) p.id from edd_promises p
                   where p.shipment_id = any($1::uuid[])
                     and not exists (select from edd_promises m
                                     where m.shipment_id = p.shipment_id and m.at_hand_over)
                   order by p.shipment_id, p.whose, p.shown_at desc, p.id desc)`,
    values: [shipmentIds],
  });
}

/**
 * Erases the shown dates of a deleted shipment, except those with an outcome: an outcome identifies
 * nobody and stays for the figures, like those of exceptions.
 */
export async function erasePromises(db: Queryable, shipmentId: string): Promise<void> {
  await db.query('delete from edd_promises where shipment_id = $1 and delivered_on is null', [
    shipmentId,
  ]);
}

/** Removes at most `limit` rows that were shown before then; returns how many. */
export function dropPromisesBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return queryCount(db, {
    name: 'drop_old_promises',
    text: `with old as (
             select id from edd_promises where shown_at < to_timestamp($1 / 1000.0)
             order by shown_at limit $2 for update skip locked)
           delete from edd_promises p using old where p.id = old.id`,
    values: [beforeMs, limit],
  });
}
