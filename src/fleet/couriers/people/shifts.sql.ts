import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryColumn, queryRows } from '../../../platform/database/query-rows.ts';
import { CONTACT_ENDS_AT } from '../contact/contact.sql.ts';
import type { Vehicle } from './courier.ts';
import { isPausedAt } from './couriers.sql.ts';

/** A courier on shift, with the end and the breaks of the shift. */
export interface CourierShift {
  readonly courierId: string;
  readonly tenant: Tenant;
  /** Epoch ms; null: open-ended. */
  readonly endsAtMs: number | null;
  /** Known breaks between shifts: epoch ms, oldest first. */
  readonly offTimes: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/**
 * The couriers among these that are on shift; the shift may be over by its end time. Pipeline's
 * role.
 */
export async function shiftsOf(
  db: Queryable,
  courierIds: readonly string[],
): Promise<CourierShift[]> {
  const rows = await queryRows<{
    id: string;
    merchantId: string;
    mode: Mode;
    shiftEndsAtMs: number | null;
    offMs: [from: number, to: number][];
  }>(db, {
    name: 'shifts_of',
    text: `select id, merchant_id, mode, shift_ends_at, array(
             select array[extract(epoch from lower(off)) * 1000, extract(epoch from upper(off)) * 1000]::float8[]
             from unnest(off_times) as off order by lower(off)) as off_ms
           from couriers
           where id = any($1::uuid[]) and on_shift`,
    values: [courierIds],
  });
  return rows.map(({ id, merchantId, mode, shiftEndsAtMs, offMs }) => ({
    courierId: id,
    tenant: { merchantId, mode },
    endsAtMs: shiftEndsAtMs,
    offTimes: offMs.map(([fromMs, toMs]) => ({ fromMs, toMs })),
  }));
}

/** Which of these ids are merchants' couriers, on shift or not. */
export async function ownCouriers(
  db: Queryable,
  courierIds: readonly string[],
): Promise<ReadonlySet<string>> {
  return new Set(
    await queryColumn<string>(db, {
      name: 'own_couriers',
      text: 'select id from couriers where id = any($1::uuid[])',
      values: [courierIds],
    }),
  );
}

/** A courier on shift, as dispatch sees one, without personal data. */
export interface CourierAtWork {
  readonly courierId: string;
  readonly vehicle: Vehicle;
  readonly capacityParcels: number | null;
  readonly capacityWeightG: number | null;
  /** Epoch ms; null: open-ended. */
  readonly shiftEndsAtMs: number | null;
  /** How many parcels, in hand and on the route, are not done. */
  readonly load: number;
  /** When the courier is out of contact without further contact, epoch ms; null: never. */
  readonly contactEndsAtMs: number | null;
}

/** Selects couriers: these ids, or the next page after an id. */
export type CouriersAmong =
  | { readonly ids: readonly string[] }
  | {
      /** The id after which the page starts; null: with the first courier. */
      readonly after: string | null;
      readonly limit: number;
    };

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** The tenant's couriers who are on shift and not paused, by id. Needs the pipeline's role. */
export async function couriersOnShift(
  db: Queryable,
  { merchantId, mode }: Tenant,
  nowMs: number,
  among: CouriersAmong,
): Promise<CourierAtWork[]> {
  // Two statements: a combined one would compare every courier of the tenant with each id. The
  // pipeline only joins by index lookups, so each id needs one.
  return queryRows<CourierAtWork>(db, {
    name: 'ids' in among ? 'couriers_on_shift_among' : 'couriers_on_shift_behind',
    text: `
      select c.id as courier_id, c.vehicle, c.capacity_parcels, c.capacity_weight_g,
        c.shift_ends_at, ${CONTACT_ENDS_AT} as contact_ends_at,
        (select count(*)::int from courier_parcels p
          where p.courier_id = c.id and p.done_at is null) as load
      from couriers c
      where c.merchant_id = $1 and c.mode = $2 and c.on_shift
        and (c.shift_ends_at is null or c.shift_ends_at > to_timestamp($3 / 1000.0))
        and not ${isPausedAt('to_timestamp($3 / 1000.0)')}
        and ${'ids' in among ? 'c.id = any($4::uuid[])' : 'c.id > $4::uuid'}
      order by c.id ${'ids' in among ? '' : 'limit $5'}`,
    values: [
      merchantId,
      mode,
      nowMs,
      ...('ids' in among ? [among.ids] : [among.after ?? BEFORE_ALL, among.limit]),
    ],
  });
}
