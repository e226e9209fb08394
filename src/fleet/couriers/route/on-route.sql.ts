import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import type { Vehicle } from '../people/courier.ts';
import { routeOf } from './courier-parcels.sql.ts';

/** A courier on the road with parcels. */
export interface CourierOnRoute {
  readonly id: string;
  readonly tenant: Tenant;
  readonly vehicle: Vehicle;
  /** Parcels in hand. */
  readonly held: number;
  /** When the last parcel was done; null: none recently. Epoch ms. */
  readonly lastDoneMs: number | null;
}

const HOUR_MS = 3_600_000;
/** An older delivery says nothing about where the courier is. */
const LATELY_MS = 16 * HOUR_MS;

/** All couriers on shift with parcels in hand, of all merchants. Needs the pipeline's role. */
export async function couriersOnRoute(db: Queryable, nowMs: number): Promise<CourierOnRoute[]> {
  const { rows } = await db.query<{
    id: string;
    merchant_id: string;
    mode: Mode;
    vehicle: Vehicle;
    held: number;
    last_done: Date | null;
  }>({
    name: 'couriers_on_route',
    text: `select c.id, c.merchant_id, c.mode, c.vehicle, p.held, p.last_done
           from couriers c
           cross join lateral (
             select count(*) filter (where done_at is null and held_since is not null)::int as held,
                    max(done_at) filter (where done_why = 'delivered') as last_done
             from courier_parcels
             where courier_id = c.id and (done_at is null or done_at >= to_timestamp($1 / 1000.0))) p
           where c.on_shift and p.held > 0
             and (c.shift_ends_at is null or c.shift_ends_at > to_timestamp($2 / 1000.0))
           order by c.id`,
    values: [nowMs - LATELY_MS, nowMs],
  });
  return rows.map(({ id, merchant_id: merchantId, mode, vehicle, held, last_done: done }) => ({
    id,
    vehicle,
    held,
    tenant: { merchantId, mode },
    lastDoneMs: done?.getTime() ?? null,
  }));
}

/** The rest of a courier's route, and where the last parcel was delivered. */
export interface RouteAhead {
  readonly last: { readonly shipmentId: string; readonly doneMs: number } | null;
  /** In driving order; each with its parcels in hand. */
  readonly stops: readonly {
    readonly shipmentIds: readonly string[];
    /** No handover before this time; null: any time. Epoch ms. */
    readonly opensMs: number | null;
  }[];
}

/** Needs the pipeline's role. */
export async function routeAhead(
  db: Queryable,
  courierId: string,
  nowMs: number,
): Promise<RouteAhead> {
  const rows = await routeOf(db, courierId, nowMs - LATELY_MS);
  let last: RouteAhead['last'] = null;
  const stops = new Map<string, { shipmentIds: string[]; opensMs: number | null }>();
  for (const row of rows) {
    const { shipment_id: shipmentId, done_at: doneAt, window_from: from } = row;
    if (shipmentId === null) continue;
    if (doneAt !== null) {
      const doneMs = doneAt.getTime();
      if (row.done_why === 'delivered' && doneMs > (last?.doneMs ?? 0))
        last = { shipmentId, doneMs };
      continue;
    }
    if (row.held_since === null) continue;
    const stop = stops.get(row.stop_id) ?? { shipmentIds: [], opensMs: null };
    stop.shipmentIds.push(shipmentId);
    stop.opensMs ??= from?.getTime() ?? null;
    stops.set(row.stop_id, stop);
  }
  return { last, stops: [...stops.values()] };
}

/** The leg between two consecutive finished stops of a courier. */
export interface FinishedRouteLeg {
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
  const { rows } = await db.query<{
    courier_id: string;
    from_shipment: string;
    shipment: string;
    left_ms: number;
    done_ms: number;
    parcels: number;
  }>(
    `with stops as (
       select courier_id, stop_id, max(done_at) as done_at, count(*)::int as parcels,
              (array_agg(shipment_id order by done_at desc))[1] as shipment
       from courier_parcels
       where done_why = 'delivered' and done_at >= to_timestamp($1 / 1000.0)
         and shipment_id is not null
       group by courier_id, stop_id
     ), legs as (
       select *, lag(done_at) over w as left_at, lag(shipment) over w as from_shipment
       from stops window w as (partition by courier_id order by done_at)
     )
     select courier_id, from_shipment, shipment, parcels,
            extract(epoch from left_at)::float8 * 1000 as left_ms,
            extract(epoch from done_at)::float8 * 1000 as done_ms
     from legs
     where done_at - left_at between interval '20 seconds' and interval '90 minutes'
     order by done_at desc limit $2`,
    [sinceMs, limit],
  );
  return rows
    .map((row) => ({
      courierId: row.courier_id,
      fromShipmentId: row.from_shipment,
      shipmentId: row.shipment,
      leftMs: row.left_ms,
      doneMs: row.done_ms,
      parcels: row.parcels,
    }))
    .reverse();
}
