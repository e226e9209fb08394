import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { announceUpdates, iso } from '../../../tracking/index.ts';
import type { Wanted } from '../../dispatch/index.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { openDetails } from '../details.ts';
import { type DeliveryRow, lockDelivery, markQueued } from '../store/deliveries.sql.ts';
import { insertStep } from '../store/offers.sql.ts';

/** A delivery as dispatch weighs it. */
export function wantedOf({ keyring }: Pick<DeliveriesDeps, 'keyring'>, row: DeliveryRow): Wanted {
  const { origin, destination } = openDetails(keyring, row);
  return {
    origin,
    destination,
    size: row.package_size,
    weightG: row.weight_g,
    readyMs: row.ready_at.getTime(),
  };
}

/**
 * Notifies a dispatcher, once for each search. A failed notification is repeated in a later pass;
 * rejects after all have had their turn.
 */
export async function tellAllUnassignable(
  deps: DeliveriesDeps,
  tenant: Tenant,
  searches: readonly {
    readonly row: DeliveryRow;
    /** How many couriers got an offer. */
    readonly couriersOffered: number;
  }[],
): Promise<void> {
  const failures: unknown[] = [];
  for (const { row, couriersOffered } of searches) {
    try {
      await tellUnassignable(deps, tenant, row, couriersOffered);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** The notification and its mark are one transaction, so that it is neither lost nor sent twice. */
async function tellUnassignable(
  deps: DeliveriesDeps,
  tenant: Tenant,
  { shipment_id: shipmentId, opened_at: openedAt }: DeliveryRow,
  couriersOffered: number,
): Promise<void> {
  await announceUpdates(deps.tracking, tenant, shipmentId, async (tx) => {
    const row = await lockDelivery(tx, shipmentId);
    if (row?.state !== 'open' || row.queued_at !== null) return null;
    // It may have been taken and given back meanwhile.
    if (row.opened_at.getTime() !== openedAt.getTime()) return null;
    const atMs = deps.clock.nowMs();
    await markQueued(tx, shipmentId, atMs);
    await insertStep(tx, tenant, {
      shipmentId,
      atMs,
      what: 'unassignable',
      detail: { asked: couriersOffered },
    });
    const delivery = {
      id: wireId('delivery', shipmentId),
      open_since: iso(openedAt.getTime()),
      asked: couriersOffered,
    };
    return { type: 'shipment.unassignable', also: { delivery } };
  });
}
