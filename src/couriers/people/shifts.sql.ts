import type { Mode, Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';

/** Whose courier it is, and until when it works. */
export interface CourierShift {
  readonly courierId: string;
  readonly tenant: Tenant;
  /** Epoch ms; null: until somebody ends it. */
  readonly endsAtMs: number | null;
  /** When it was off between its shifts, as far as it is known: epoch ms, oldest first. */
  readonly offTimes: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** Those of these couriers that are on shift; a shift may have ended since by its time. Pipeline's role. */
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

/** Which of these are a tenant's couriers, on shift or not. */
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
