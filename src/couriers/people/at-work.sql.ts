import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { Vehicle } from './courier.ts';

/** A courier on shift, as dispatch sees one: nothing personal. */
export interface CourierAtWork {
  readonly courierId: string;
  readonly vehicle: Vehicle;
  readonly capacityParcels: number | null;
  readonly capacityWeightG: number | null;
  /** Epoch ms; null: until somebody ends it. */
  readonly shiftEndsAtMs: number | null;
  /** Parcels in hand and on the route, not done. */
  readonly load: number;
}

/**
 * Those of a tenant who are on shift, by id. Needs the pipeline's role.
 *
 * @param only of these; null: all.
 */
export async function couriersOnShift(
  db: Queryable,
  { merchantId, mode }: Tenant,
  nowMs: number,
  only: readonly string[] | null = null,
): Promise<CourierAtWork[]> {
  const { rows } = await db.query<{
    id: string;
    vehicle: Vehicle;
    capacity_parcels: number | null;
    capacity_weight_g: number | null;
    shift_ends_at: Date | null;
    load: number;
  }>({
    name: 'couriers_on_shift',
    text: `
      with loads as (
        select courier_id, count(*)::int as load from courier_parcels
        where merchant_id = $1 and mode = $2 and done_at is null
          and ($4::uuid[] is null or courier_id = any($4))
        group by courier_id)
      select c.id, c.vehicle, c.capacity_parcels, c.capacity_weight_g, c.shift_ends_at,
        coalesce(l.load, 0) as load
      from couriers c left join loads l on l.courier_id = c.id
      where c.merchant_id = $1 and c.mode = $2 and c.on_shift
        and ($4::uuid[] is null or c.id = any($4))
        and (c.shift_ends_at is null or c.shift_ends_at > to_timestamp($3 / 1000.0))
      order by c.id`,
    values: [merchantId, mode, nowMs, only],
  });
  return rows.map((row) => ({
    courierId: row.id,
    vehicle: row.vehicle,
    capacityParcels: row.capacity_parcels,
    capacityWeightG: row.capacity_weight_g,
    shiftEndsAtMs: row.shift_ends_at?.getTime() ?? null,
    load: row.load,
  }));
}
