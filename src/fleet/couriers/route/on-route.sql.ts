import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { CONTACT_ENDS_AT } from '../contact/contact.sql.ts';
import { IS_REAL } from '../is-real.sql.ts';
import type { Vehicle } from '../people/courier.ts';
import { unsealCourier } from '../people/couriers.ts';
import { routeOf } from './courier-parcels.sql.ts';

/** A courier on the road with parcels. */
interface CourierOnRoute {
  readonly id: string;
  readonly tenant: Tenant;
  readonly vehicle: Vehicle;
  /** Parcels in hand. */
  readonly held: number;
  /** When the last parcel was done; null: none recently. Epoch ms. */
  readonly lastDoneMs: number | null;
  readonly isOutOfContact: boolean;
}

const HOUR_MS = 3_600_000;
/** How far back a delivery still says something about where the courier is. */
const LATELY_MS = 16 * HOUR_MS;

/** All couriers on shift with parcels in hand, of all merchants. Needs the pipeline's role. */
export async function couriersOnRoute(db: Queryable, nowMs: number): Promise<CourierOnRoute[]> {
  const rows = await queryRows<{
    id: string;
    merchantId: string;
    mode: Mode;
    vehicle: Vehicle;
    held: number;
    lastDoneMs: number | null;
    isOutOfContact: boolean;
  }>(db, {
    name: 'couriers_on_route',
    text: `select c.id, c.merchant_id, c.mode, c.vehicle, p.held, p.last_done,
             coalesce(${CONTACT_ENDS_AT} < to_timestamp($2 / 1000.0), false) as is_out_of_contact
           from couriers c
           cross join lateral (
             select count(*) filter (where done_at is null and held_since is not null)::int as held,
                    max(done_at) filter (where done_why = 'delivered') as last_done
             from courier_parcels
             where courier_id = c.id and (done_at is null or done_at >= to_timestamp($1 / 1000.0))) p
           where c.on_shift and p.held > 0
             and (c.shift_ends_at is null or c.shift_ends_at > to_timestamp($2 / 1000.0))
             and ${IS_REAL}
           order by c.id`,
    values: [nowMs - LATELY_MS, nowMs],
  });
  return rows.map(({ merchantId, mode, ...row }) => ({ ...row, tenant: { merchantId, mode } }));
}

/** The rest of a courier's route, and where the last parcel was delivered. */
interface RouteAhead {
  readonly last: { readonly shipmentId: string; readonly doneMs: number } | null;
  /** The stops in driving order, each with its parcels in hand. */
  readonly stops: readonly {
    readonly shipmentIds: readonly string[];
    /** The time before which nothing is handed over there, epoch ms; null: any time. */
    readonly opensMs: number | null;
  }[];
}

/** Reads the rest of a courier's route. Needs the pipeline's role. */
export async function routeAhead(
  db: Queryable,
  courierId: string,
  nowMs: number,
): Promise<RouteAhead> {
  const rows = await routeOf(db, courierId, nowMs - LATELY_MS);
  let last: RouteAhead['last'] = null;
  const stops = new Map<string, { shipmentIds: string[]; opensMs: number | null }>();
  for (const row of rows) {
    const { shipmentId, doneAtMs: doneMs, windowFromMs } = row;
    if (shipmentId === null) continue;
    if (doneMs !== null) {
      if (row.doneWhy === 'delivered' && doneMs > (last?.doneMs ?? 0))
        last = { shipmentId, doneMs };
      continue;
    }
    if (row.heldSinceMs === null) continue;
    const stop = stops.get(row.stopId) ?? { shipmentIds: [], opensMs: null };
    stop.shipmentIds.push(shipmentId);
    stop.opensMs ??= windowFromMs;
    stops.set(row.stopId, stop);
  }
  return { last, stops: [...stops.values()] };
}

/** The leg between two consecutive finished stops of a courier. */
interface FinishedRouteLeg {
  readonly courierId: string;
  readonly fromShipmentId: string;
  readonly shipmentId: string;
  readonly leftMs: number;
  readonly doneMs: number;
  readonly parcels: number;
}

/** The newest finished legs since the given time, oldest first. Needs the pipeline's role. */
export async function finishedLegs(
  db: Queryable,
  sinceMs: number,
  limit: number,
): Promise<FinishedRouteLeg[]> {
  const rows = await queryRows<FinishedRouteLeg>(
    db,
    `with stops as (
       select courier_id, stop_id, max(done_at) as done_at, count(*)::int as parcels,
              (array_agg(shipment_id order by done_at desc))[1] as shipment
       from courier_parcels
       where done_why = 'delivered' and done_at >= to_timestamp($1 / 1000.0)
         and shipment_id is not null and ${IS_REAL}
       group by courier_id, stop_id
     ), legs as (
       select *, lag(done_at) over w as left_at, lag(shipment) over w as from_shipment
       from stops window w as (partition by courier_id order by done_at)
     )
     select courier_id, from_shipment as from_shipment_id, shipment as shipment_id, parcels,
            left_at as left, done_at as done
     from legs
     where done_at - left_at between interval '20 seconds' and interval '90 minutes'
     order by done_at desc limit $2`,
    [sinceMs, limit],
  );
  return rows.reverse();
}

/** The courier who will deliver a parcel, or holds it. */
export interface Bringer {
  readonly courierId: string;
  readonly tenant: Tenant;
  readonly name: string;
  readonly vehicle: Vehicle;
  /** Whether the courier already holds the parcel. */
  readonly holds: boolean;
  /** For a parcel in hand: the number of stops with parcels in hand before its own. */
  readonly stopsBefore: number | null;
}

/**
 * The courier of each of these parcels, by shipment; only couriers on shift. Stops are ordered as
 * in `routeAhead`. Needs the pipeline's role.
 */
export async function bringersOf(
  { db, keyring }: { readonly db: Queryable; readonly keyring: Keyring },
  shipmentIds: readonly string[],
  nowMs: number,
): Promise<ReadonlyMap<string, Bringer>> {
  if (shipmentIds.length === 0) return new Map();
  const rows = await queryRows<{
    shipmentId: string;
    merchantId: string;
    mode: Mode;
    courierId: string;
    personal: Buffer;
    vehicle: Vehicle;
    holds: boolean;
    stopsBefore: number | null;
  }>(db, {
    name: 'bringers_of',
    text: `
      with asked as (
        select shipment_id, merchant_id, mode, courier_id, stop_id, held_since is not null as holds
        from courier_parcels where shipment_id = any($1::uuid[]) and done_at is null
      ), stops as (
        select courier_id, stop_id,
               row_number() over (partition by courier_id
                 order by min(place) nulls last, max(held_since) desc, min(id::text))::int - 1 as before
        from courier_parcels
        where courier_id in (select courier_id from asked where holds) and done_at is null
          and held_since is not null and shipment_id is not null
        group by courier_id, stop_id
      )
      select a.shipment_id, a.merchant_id, a.mode, a.courier_id, c.personal, c.vehicle, a.holds,
             case when a.holds then s.before end as stops_before
      from asked a
      join couriers c on c.id = a.courier_id and c.on_shift
        and (c.shift_ends_at is null or c.shift_ends_at > to_timestamp($2 / 1000.0))
      left join stops s on s.courier_id = a.courier_id and s.stop_id = a.stop_id`,
    values: [shipmentIds, nowMs],
  });
  const names = new Map<string, string>();
  return new Map(
    rows.map((row) => {
      const { courierId: id, personal } = row;
      const name = names.get(id) ?? unsealCourier(keyring, { id, personal }).name;
      names.set(id, name);
      const tenant = { merchantId: row.merchantId, mode: row.mode };
      const { vehicle, holds, stopsBefore } = row;
      return [row.shipmentId, { courierId: id, tenant, name, vehicle, holds, stopsBefore }];
    }),
  );
}
