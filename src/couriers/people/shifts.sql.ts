import type { Mode, Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';

/** Whose courier it is, and until when it works. */
export interface CourierShift {
  readonly courierId: string;
  readonly tenant: Tenant;
  /** Epoch ms; null: until somebody ends it. */
  readonly endsAtMs: number | null;
  /** When it was off before this shift, epoch ms; null: it has had no other. */
  readonly offBefore: { readonly fromMs: number; readonly toMs: number } | null;
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
    shift_since: Date | null;
    off_since: Date | null;
  }>({
    name: 'shifts_of',
    text: `select id, merchant_id, mode, shift_ends_at, shift_since, off_since from couriers
           where id = any($1::uuid[]) and on_shift`,
    values: [courierIds],
  });
  return rows.map(({ id, merchant_id, mode, shift_ends_at, shift_since, off_since }) => ({
    courierId: id,
    tenant: { merchantId: merchant_id, mode },
    endsAtMs: shift_ends_at?.getTime() ?? null,
    offBefore: off_since &&
      shift_since && { fromMs: off_since.getTime(), toMs: shift_since.getTime() },
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
