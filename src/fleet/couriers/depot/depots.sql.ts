import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryAny, queryRows } from '../../../platform/database/query-rows.ts';

interface CourierWithDepot {
  readonly courierId: string;
  readonly tenant: Tenant;
  readonly facilityCode: string;
  /** Whether the courier was there at the last check; null: none yet. */
  readonly wasThere: boolean | null;
}

/** Couriers on shift with a named building, of all merchants. Needs the pipeline's role. */
export async function couriersWithDepots(
  db: Queryable,
  nowMs: number,
): Promise<CourierWithDepot[]> {
  const rows = await queryRows<{
    id: string;
    merchantId: string;
    mode: Mode;
    homeFacility: string;
    isThere: boolean | null;
  }>(db, {
    name: 'couriers_with_depots',
    text: `select c.id, c.merchant_id, c.mode, c.home_facility, d.is_there
           from couriers c left join courier_depots d on d.courier_id = c.id
           where c.on_shift and c.home_facility is not null
             and (c.shift_ends_at is null or c.shift_ends_at > to_timestamp($1 / 1000.0))`,
    values: [nowMs],
  });
  return rows.map((row) => ({
    courierId: row.id,
    tenant: { merchantId: row.merchantId, mode: row.mode },
    facilityCode: row.homeFacility,
    wasThere: row.isThere,
  }));
}

/**
 * Records whether a courier is at the depot. Returns false if that is already recorded or the
 * courier has been removed.
 */
export function noteDepot(
  db: Queryable,
  { courierId, tenant }: CourierWithDepot,
  isThere: boolean,
  nowMs: number,
): Promise<boolean> {
  return queryAny(
    db,
    `insert into courier_depots as d (courier_id, merchant_id, mode, is_there, changed_at)
     select c.id, $2, $3, $4, to_timestamp($5 / 1000.0) from couriers c where c.id = $1
     on conflict (courier_id) do update
       set is_there = excluded.is_there, changed_at = excluded.changed_at
       where d.is_there <> excluded.is_there`,
    [courierId, tenant.merchantId, tenant.mode, isThere, nowMs],
  );
}
