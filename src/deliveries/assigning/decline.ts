import type { Tenant } from '../../kernel/tenant.ts';
import { withTransaction } from '../../platform/database/database.ts';
import { findShipment } from '../../tracking/index.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { deliveryById, lockDelivery, noteRounds, wakeMatcher } from '../store/deliveries.sql.ts';
import { insertStep, offersOf, writeAnswer } from '../store/offers.sql.ts';
import { unassignDelivery } from './assign.ts';

export type DeclineOutcome = { readonly kind: 'done' | 'not_found' | 'held' };

/**
 * A courier does not want a delivery, or gives it back before the pickup. It is not offered to this
 * courier again; when everybody asked has declined, the next are asked at once.
 */
export async function declineDelivery(
  deps: DeliveriesDeps,
  tenant: Tenant,
  shipmentId: string,
  { courierId, reason }: { readonly courierId: string; readonly reason: string | null },
): Promise<DeclineOutcome> {
  // Whether the tenant may see it is decided under row-level security.
  if ((await findShipment(deps.tracking, tenant, shipmentId)) === null)
    return { kind: 'not_found' };
  const { pipeline } = deps.db;
  const before = await deliveryById(pipeline, shipmentId);
  if (before === null) return { kind: 'not_found' };
  if (before.state === 'assigned' && before.courier_id === courierId) {
    const from = { from: courierId, why: 'given_back' as const };
    const { kind } = await unassignDelivery(deps, tenant, shipmentId, from);
    return { kind: kind === 'not_assigned' ? 'done' : kind };
  }
  // Somebody else took it, or it is over.
  if (before.state !== 'open') return { kind: 'done' };
  const atMs = deps.clock.nowMs();
  await withTransaction(pipeline, async (tx) => {
    const row = await lockDelivery(tx, shipmentId);
    if (row?.state !== 'open') return;
    await writeAnswer(tx, tenant, { shipmentId, courierId, state: 'declined', atMs });
    const detail = reason === null ? {} : { reason };
    await insertStep(tx, tenant, { shipmentId, atMs, what: 'declined', courierId, detail });
    const offers = await offersOf(tx, [shipmentId]);
    if (offers.some(({ state }) => state === 'open') || row.queued_at !== null) return;
    await noteRounds(tx, [{ shipmentId, rounds: row.rounds, lookAtMs: atMs }]);
    await wakeMatcher(tx);
  });
  return { kind: 'done' };
}
