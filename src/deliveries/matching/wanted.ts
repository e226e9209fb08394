import type { Wanted } from '../../dispatch/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { wireId } from '../../kernel/wire/wire-ids.ts';
import { announceUpdates, iso } from '../../tracking/index.ts';
import type { DeliveriesDeps } from '../deps.ts';
import { openDetails } from '../details.ts';
import { type DeliveryRow, lockDelivery } from '../store/deliveries.sql.ts';
import { insertStep } from '../store/offers.sql.ts';

/** A delivery as dispatch weighs it. */
export function wantedOf({ keyring }: Pick<DeliveriesDeps, 'keyring'>, row: DeliveryRow): Wanted {
  const { origin, destination } = openDetails(keyring, row);
  return {
    ...{ origin, destination, size: row.package_size, weightG: row.weight_g },
    readyMs: row.ready_at.getTime(),
  };
}

/** Once for each search: a dispatcher is to look. */
export async function tellUnassignable(
  deps: DeliveriesDeps,
  tenant: Tenant,
  { shipment_id: shipmentId, opened_at: openedAt }: DeliveryRow,
  asked: number,
): Promise<void> {
  await announceUpdates(deps.tracking, tenant, shipmentId, async (tx) => {
    const row = await lockDelivery(tx, shipmentId);
    if (row?.state !== 'open') return null;
    const atMs = deps.clock.nowMs();
    await insertStep(tx, tenant, { shipmentId, atMs, what: 'unassignable', detail: { asked } });
    const delivery = {
      id: wireId('delivery', shipmentId),
      open_since: iso(openedAt.getTime()),
      asked,
    };
    return { type: 'shipment.unassignable', also: { delivery } };
  });
}
