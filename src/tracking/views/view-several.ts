import type { Tenant } from '../../kernel/tenant.ts';
import { withTenant } from '../../platform/database/database.ts';
import { loadHistories } from '../facts/history.sql.ts';
import { EMPTY_HISTORY, foldInput } from '../facts/history.ts';
import { fold } from '../fold/fold.ts';
import { linksOfShipments } from '../instances/linked.sql.ts';
import { openPersonal } from '../personal.ts';
import type { Shipment } from '../shipment.ts';
import type { TrackingDeps } from '../tracking.ts';
import { type ShipmentView, shownEvents } from './view.ts';

/** A shipment of a list as its merchant sees it. */
export type ListedView = Pick<ShipmentView, 'shipment' | 'personal' | 'events' | 'links'>;

/**
 * Returns shipments of the tenant that were just read with their people, events and links, in the
 * given order. The statements are few, however many shipments there are.
 */
export async function viewShipments(
  deps: TrackingDeps,
  tenant: Tenant,
  shipments: readonly Shipment[],
): Promise<readonly ListedView[]> {
  if (shipments.length === 0) return [];
  const ids = shipments.map(({ id }) => id);
  const { histories, links } = await withTenant(deps.db.app, tenant, async (tx) => ({
    histories: await loadHistories(tx, ids),
    links: await linksOfShipments(tx, ids),
  }));
  return shipments.map((shipment) => {
    const history = histories.get(shipment.id) ?? EMPTY_HISTORY;
    const policy = deps.context().policyOf(shipment.carrier);
    const folded = fold(foldInput(history, policy, shipment.createdAtMs));
    return {
      shipment,
      personal: openPersonal(shipment.sealedPersonal, deps.sealer),
      events: shownEvents(deps, tenant, shipment, history, folded),
      links: links.get(shipment.id) ?? [],
    };
  });
}
