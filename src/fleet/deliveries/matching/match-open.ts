import type { Tenant } from '../../../kernel/tenant.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { holdPaused, maintainPauses } from '../pauses/pauses.ts';
import { claimDue, type DeliveryRow, settingOf } from '../store/deliveries.sql.ts';
import { assignOpen } from './assign-open.ts';
import { type CourierIndex, createCourierIndex } from './courier-index.ts';
import { offerOpen } from './offer-open.ts';

/** Default number of deliveries in one pass; the rest waits for the next, longest due first. */
const BATCH_MAX = 150;
/** How long claimed deliveries belong to one process. If it dies, they are delayed by this much. */
export const LEASE_MS = 4_000;

export interface Matched {
  readonly looked: number;
  readonly offers: number;
  readonly assigned: number;
  /** The errors, one for each merchant whose deliveries could not be matched. */
  readonly failures: readonly unknown[];
}

/**
 * Offers the due deliveries to couriers, or assigns them if the merchant chose that. An error with
 * one merchant's deliveries delays no other merchant.
 *
 * @param index couriers cached between passes; absent: they are read.
 * @param how.limit deliveries in one pass.
 * @param how.isRush so many deliveries look for couriers that most couriers have an offer.
 */
export async function matchOpen(
  deps: DeliveriesDeps,
  index: Pick<CourierIndex, 'freeOf' | 'onShiftOf'> &
    Partial<Pick<CourierIndex, 'lately'>> = createCourierIndex(deps, null),
  {
    limit = BATCH_MAX,
    isRush = false,
  }: { readonly limit?: number; readonly isRush?: boolean } = {},
): Promise<Matched> {
  const nowMs = deps.clock.nowMs();
  const paused = await maintainPauses(deps);
  const claim = { nowMs, untilMs: nowMs + LEASE_MS, limit };
  const rows = await holdPaused(deps, await claimDue(deps.db.pipeline, claim), paused);
  let offers = 0;
  let assigned = 0;
  const failures: unknown[] = [];
  for (const { tenant, mine } of byTenant(rows)) {
    try {
      if ((await settingOf(deps.db.pipeline, tenant)) === 'auto') {
        assigned += await assignOpen(deps, tenant, mine, await index.freeOf(tenant));
      } else {
        const known = { ...(await index.onShiftOf(tenant)), isRush, lately: index.lately };
        offers += await offerOpen(deps, tenant, mine, known);
      }
    } catch (error) {
      failures.push(error);
    }
  }
  return { looked: rows.length, offers, assigned, failures };
}

function byTenant(rows: readonly DeliveryRow[]) {
  const groups = new Map<string, { readonly tenant: Tenant; readonly mine: DeliveryRow[] }>();
  for (const row of rows) {
    const key = `${row.merchant_id} ${row.mode}`;
    const tenant = { merchantId: row.merchant_id, mode: row.mode };
    const group = groups.get(key) ?? { tenant, mine: [] };
    group.mine.push(row);
    groups.set(key, group);
  }
  return groups.values();
}
