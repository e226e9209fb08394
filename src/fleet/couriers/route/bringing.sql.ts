import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import type { Vehicle } from '../people/courier.ts';
import { openCourier } from '../people/couriers.ts';

/** The courier who will deliver a parcel, or holds it. */
export interface Bringer {
  readonly courierId: string;
  readonly tenant: Tenant;
  readonly name: string;
  readonly vehicle: Vehicle;
  /** The courier holds the parcel. */
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
  const { rows } = await db.query<{
    shipment_id: string;
    merchant_id: string;
    mode: Mode;
    courier_id: string;
    personal: Buffer;
    vehicle: Vehicle;
    holds: boolean;
    stops_before: number | null;
  }>({
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
      const { courier_id: id, personal } = row;
      const name = names.get(id) ?? openCourier(keyring, { id, personal }).name;
      names.set(id, name);
      const tenant = { merchantId: row.merchant_id, mode: row.mode };
      const { vehicle, holds, stops_before: stopsBefore } = row;
      return [row.shipment_id, { courierId: id, tenant, name, vehicle, holds, stopsBefore }];
    }),
  );
}
