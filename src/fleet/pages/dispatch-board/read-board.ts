import type { DeskCall } from '../../../http/console/kit/visit.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { FleetParts } from '../../api/fleet-parts.ts';
import { type BoardDelivery, dispatchBoard } from '../../deliveries/index.ts';
import { couriersOnMap, type MapCourier, type MapFilter } from '../courier-map/map-state.ts';
import { arrivalsOf, parcelsAt, routesAhead } from '../courier-map/stops-ahead.ts';
import { SHOWN_MAX } from './board-updates.ts';
import { idOf } from './delivery-texts.ts';

/** Reads what the board and the map show: deliveries, couriers, and their routes. */
export async function readBoard(parts: FleetParts, call: DeskCall, filter: MapFilter) {
  const seesPeople = call.may('people:see');
  // The map's script uses this parameter for the selection.
  const chosenId = call.query.get('courier');
  const [{ deliveries: all, ...board }, { couriers, facilities }] = await Promise.all([
    dispatchBoard(parts.deliveries, filter.tenant, SHOWN_MAX),
    couriersOnMap(parts, filter, seesPeople),
  ]);
  const deliveries = all.filter(
    ({ row }) => filter.merchantId === null || row.merchantId === filter.merchantId,
  );
  const { courierId = null } = deliveries.find((each) => idOf(each) === chosenId)?.row ?? {};
  const ridesId = courierId === null ? chosenId : wireId('courier', courierId);
  const routes = await routesAhead(parts, couriers, { chosenId: ridesId, seesPeople });
  const underWay = deliveries.filter(({ row }) => row.state === 'assigned');
  const ids = [
    ...underWay.map(({ row }) => row.shipmentId),
    ...parcelsAt([...routes.values()].flat()),
  ];
  const { everybody } = await parts.couriers.count(filter.tenant);
  return {
    ...{ board: { ...board, deliveries }, couriers, facilities, routes, chosenId },
    /** The selected courier, or the one of the selected delivery. */
    chosenCourier: couriers.find(({ id }) => id === ridesId) ?? null,
    arrivals: await arrivalsOf(parts.deliveries, [...new Set(ids)]),
    hasCouriers: everybody > 0,
    tenants: tenantsOf(deliveries, couriers),
  };
}

/** The tenants of these deliveries and couriers, without duplicates. */
function tenantsOf(
  deliveries: readonly BoardDelivery[],
  couriers: readonly MapCourier[],
): readonly Tenant[] {
  const all = [
    ...deliveries.map(({ row }): Tenant => ({ merchantId: row.merchantId, mode: row.mode })),
    ...couriers.map(({ merchant_id: merchantId, mode }): Tenant => ({ merchantId, mode })),
  ];
  return [...new Map(all.map((each) => [`${each.merchantId} ${each.mode}`, each])).values()];
}
