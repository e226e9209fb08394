import type { Queryable } from '../../../platform/database/database.ts';
import { queryRow, queryRows, type Row } from '../../../platform/database/query-rows.ts';
import type { Rows } from '../../../platform/database/rows.gen.ts';
import { CONTACT_ENDS_AT, CONTACT_LASTS, IS_REAL } from '../../couriers/index.ts';

/** What is wrong with a parcel between pickup and delivery. */
export type CustodyTrouble = NonNullable<Rows['deliveries']['custody']>;

type CustodyRow = Row<'deliveries', 'shipmentId' | 'merchantId' | 'mode' | 'custody'>;

/**
 * Records for each picked-up delivery whether somebody must look after it, and returns those for
 * which that changed. A courier who has never made contact does not count as silent. Pipeline's
 * role.
 */
export async function noteCustody(
  db: Queryable,
  at: { readonly nowMs: number; readonly settledMs: number; readonly silentSinceMs: number },
): Promise<CustodyRow[]> {
  return queryRows<CustodyRow>(db, {
    name: 'note_custody',
    text: `
      update deliveries d set custody = t.trouble, custody_announced = false,
        custody_since = case when t.trouble is not null then to_timestamp($1 / 1000.0) end
      from (
        select d.shipment_id,
          case
            when s.status is null or s.status not in
              ('picked_up', 'out_for_delivery', 'delivery_attempted', 'returning') then null
            when p.id is null then case when not exists (
                select from courier_parcels q
                where q.shipment_id = d.shipment_id and q.done_at >= to_timestamp($2 / 1000.0))
              then 'nobody_has_it' end
            when p.held_since is null or p.held_since >= to_timestamp($2 / 1000.0) then null
            when not (c.on_shift and coalesce(c.shift_ends_at > to_timestamp($1 / 1000.0), true))
              then 'courier_off_shift'
            when v.ended > 0 and v.active = 0 then 'device_revoked'
            when greatest(v.seen_at, k.received_at, case when v.seen_at is not null
                or k.received_at is not null then p.held_since end) < to_timestamp($3 / 1000.0)
              then 'courier_silent'
          end as trouble
        from deliveries d
        left join shipments s on s.id = d.shipment_id and s.deleted_at is null
        left join courier_parcels p on p.shipment_id = d.shipment_id and p.done_at is null
        left join couriers c on c.id = p.courier_id
        left join courier_places k on k.courier_id = p.courier_id
        left join lateral (
          select max(last_seen_at) as seen_at, count(*) filter (where ended_at is null) as active,
            count(*) filter (where ended_at is not null) as ended
          from courier_devices where courier_id = p.courier_id) v on true
        where d.state <> 'ended' and d.${IS_REAL}
      ) t
      where t.shipment_id = d.shipment_id and d.custody is distinct from t.trouble
      returning d.shipment_id, d.merchant_id, d.mode, d.custody`,
    values: [at.nowMs, at.settledMs, at.silentSinceMs],
  });
}

/** The changes that the cases of their parcels do not reflect yet. */
export async function unpublishedCustody(db: Queryable, limit: number): Promise<CustodyRow[]> {
  return queryRows<CustodyRow>(db, {
    name: 'unpublished_custody',
    text: `select shipment_id, merchant_id, mode, custody from deliveries
           where not custody_announced order by shipment_id limit $1`,
    values: [limit],
  });
}

/** Marks the cases as up to date with this custody, unless it has changed meanwhile. */
export async function markCustodyPublished(
  db: Queryable,
  { shipmentId: id, custody }: CustodyRow,
): Promise<void> {
  await db.query({
    name: 'mark_custody_published',
    text: `update deliveries set custody_announced = true
           where shipment_id = $1 and custody is not distinct from $2`,
    values: [id, custody],
  });
}

/**
 * Why somebody must look after a parcel, with the trigger that identifies this occurrence; null: no
 * need.
 */
export async function custodyOfDelivery(
  db: Queryable,
  shipmentId: string,
): Promise<{ readonly reason: CustodyTrouble; readonly trigger: string } | null> {
  const row = await queryRow<{ custody: CustodyTrouble; sinceMs: number }>(db, {
    name: 'custody_of_delivery',
    text: `select custody, custody_since as since from deliveries
           where shipment_id = $1 and state <> 'ended' and custody is not null`,
    values: [shipmentId],
  });
  if (row === null) return null;
  return { reason: row.custody, trigger: `${row.custody} ${new Date(row.sinceMs).toISOString()}` };
}

export interface AskewRow extends Row<'deliveries', 'shipmentId' | 'merchantId' | 'mode'> {
  readonly why:
    | 'ended'
    | 'no_owner'
    | 'other_owner'
    | 'not_held'
    | 'off_shift'
    | 'revoked'
    | 'silent';
}

/**
 * Finds deliveries whose shipment, route and search disagree, or whose courier is gone. Changes
 * within `settledMs` are left out, because they may not be complete yet. Needs the pipeline's role.
 */
export async function deliveriesAskew(
  db: Queryable,
  at: {
    readonly nowMs: number;
    readonly settledMs: number;
    /** The id after which the page starts; null: with the first. */
    readonly after: string | null;
    readonly limit: number;
  },
): Promise<AskewRow[]> {
  return queryRows<AskewRow>(db, {
    name: 'deliveries_askew',
    text: `
      select * from (
        select d.shipment_id, d.merchant_id, d.mode,
          case
            when s.id is null or s.status in ('delivered', 'returned_to_sender', 'cancelled')
              then 'ended'
            when p.id is not null and p.courier_id is distinct from d.courier_id then 'other_owner'
            when d.state = 'assigned' and s.status = 'created' and p.id is null then 'no_owner'
            when d.state = 'assigned' and p.id is not null and p.held_since is null
              and s.status in ('picked_up', 'out_for_delivery') then 'not_held'
            -- A dispatcher gave it to somebody for the next shift.
            when d.state = 'assigned' and p.held_since is null and d.assigned_how = 'dispatcher'
              and coalesce(case when c.on_shift then c.shift_ends_at else c.shift_since end
                <= d.assigned_at, not c.on_shift) then null
            when d.state = 'assigned' and p.held_since is null and not (c.on_shift
              and coalesce(c.shift_ends_at > to_timestamp($1 / 1000.0), true)) then 'off_shift'
            when d.state = 'assigned' and p.held_since is null
              and h.ended > 0 and h.active = 0 then 'revoked'
            when d.state = 'assigned' and p.held_since is null and h.contact_ends_at is not null
              and greatest(h.contact_ends_at, d.assigned_at + ${CONTACT_LASTS})
                < to_timestamp($1 / 1000.0) then 'silent'
          end as why
        from deliveries d
        left join shipments s on s.id = d.shipment_id and s.deleted_at is null
        left join courier_parcels p on p.shipment_id = d.shipment_id and p.done_at is null
        left join couriers c on c.id = d.courier_id
        left join lateral (
          select ${CONTACT_ENDS_AT} as contact_ends_at,
            count(*) filter (where v.ended_at is null) as active,
            count(*) filter (where v.ended_at is not null) as ended
          from courier_devices v where v.courier_id = d.courier_id
        ) h on true
        where d.state <> 'ended'
          and coalesce(d.assigned_at, d.opened_at) < to_timestamp($2 / 1000.0)
          and ($4::uuid is null or d.shipment_id > $4)
      ) looked
      where why is not null and (why = 'ended' or ${IS_REAL})
      order by shipment_id limit $3`,
    values: [at.nowMs, at.settledMs, at.limit, at.after],
  });
}

/**
 * Since when the oldest delivery that may be offered has been waiting, epoch ms; null: none waits.
 * Deliveries in paused areas do not count.
 */
export async function oldestOpenMs(db: Queryable): Promise<number | null> {
  const row = await queryRow<{ atMs: number | null }>(db, {
    name: 'oldest_open_delivery',
    text: `select min(opened_at) as at from deliveries 
           where state = 'open' and rounds > 0 and pause_id is null`,
  });
  return row?.atMs ?? null;
}
