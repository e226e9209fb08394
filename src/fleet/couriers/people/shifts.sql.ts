import type { Mode, Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';

/** A courier with the end of the shift. */
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
  const { rows } = await db.query<{
    id: string;
    merchant_id: string;
    mode: Mode;
    shift_ends_at: Date | null;
    off_ms: [from: number, to: number][];
  }>({
    name: 'shifts_of',
    text: `select id, merchant_id, mode, shift_ends_at, array(
             select array[extract(epoch from lower(off)) * 1000, extract(epoch from upper(off)) * 1000]::float8[]
             from unnest(off_times) as off order by lower(off)) as off_ms
           from couriers
           where id = any($1::uuid[]) and on_shift`,
    values: [courierIds],
  });
  return rows.map(({ id, merchant_id, mode, shift_ends_at, off_ms }) => ({
    courierId: id,
    tenant: { merchantId: merchant_id, mode },
    endsAtMs: shift_ends_at?.getTime() ?? null,
    offTimes: off_ms.map(([fromMs, toMs]) => ({ fromMs, toMs })),
  }));
}

/** Which of these ids are merchants' couriers, on shift or not. */
export async function ownCouriers(
  db: Queryable,
  courierIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ id: string }>({
    name: 'own_couriers',
    text: 'select id from couriers where id = any($1::uuid[])',
    values: [courierIds],
  });
  return new Set(rows.map(({ id }) => id));
}
