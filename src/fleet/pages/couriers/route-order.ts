import { deskForm } from '../../../http/console/kit/desk-route.ts';
import type { PageAnswer } from '../../../http/console/kit/page-answer.ts';
import type { DeskCall, DeskDeps } from '../../../http/console/kit/visit.ts';
import type { Route } from '../../../http/kit/route.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { FleetParts } from '../../api/fleet-parts.ts';
import { type Courier, reordered } from '../../couriers/index.ts';
import { arrivalsOf, parcelsAt, stopsAhead } from '../courier-map/stops-ahead.ts';
import { DELIVERIES_DESK } from '../table.ts';
import { courierOf, recordAction, tenantOf } from './courier-of.ts';
import { pathOf } from './list-page.tsx';
import type { ShownRoute } from './route-list.tsx';

/**
 * Changes the order of a courier's stops, like `PUT /v1/couriers/{id}/route`.
 * @param onePage the courier's page, with a refused order.
 */
export function routeOrderForm(
  deps: DeskDeps,
  parts: FleetParts,
  onePage: (call: DeskCall, courier: Courier, refused: Problem) => Promise<PageAnswer>,
): Route {
  return deskForm(deps, DELIVERIES_DESK.reorderRouteOfCourier, async (call) => {
    const courier = await courierOf(parts, call);
    try {
      await reorder(parts, courier, requestedOrder(call.form));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      const page = await onePage(call, courier, problem);
      return 'type' in page ? { invalid: page } : page;
    }
    await recordAction(deps, call, courier, 'changed the order of a route');
    return { seeOther: `${pathOf(courier)}?done=route_reordered` };
  });
}

async function reorder(
  { work }: FleetParts,
  courier: Courier,
  order: readonly string[],
): Promise<void> {
  const tenant = tenantOf(courier);
  const { stops = [] } = (await work.route(tenant, courier.id)) ?? {};
  const wanted = reordered(stops, order);
  if (wanted.kind === 'locked') throw new Problem('conflict', 'couriers.stopIsLocked');
  if (wanted.kind === 'changed') throw new Problem('conflict', 'couriers.routeHasChanged');
  const { kind } = await work.writeRoute(tenant, courier.id, wanted.entries);
  if (kind !== 'done') throw new Problem('conflict', 'couriers.routeHasChanged');
}

/** The order that a form asks for: as it was dragged, or with one stop moved by a button. Pure. */
function requestedOrder(form: URLSearchParams): readonly string[] {
  const order = (form.get('order') ?? '').split(',');
  const way = form.has('up') ? -1 : 1;
  const from = order.indexOf(form.get('up') ?? form.get('down') ?? '');
  const to = from + way;
  const [moved, other] = [order[from], order[to]];
  if (moved === undefined || other === undefined) return order;
  return order.with(from, other).with(to, moved);
}

/** A courier's route with what the map needs. */
export async function shownRoute(
  parts: FleetParts,
  courier: Courier,
  { may }: DeskCall,
  refused: Problem | null,
): Promise<ShownRoute> {
  const tenant = tenantOf(courier);
  const { places } = parts.positions;
  const stops = (await parts.work.route(tenant, courier.id))?.stops ?? [];
  const ahead = await stopsAhead(parts, courier.id, stops, may('people:see'));
  const [arrivals, found] = await Promise.all([
    arrivalsOf(parts.deliveries, parcelsAt(ahead)),
    courier.onShift ? places.find(tenant, [courier.id]).catch(() => null) : null,
  ]);
  return { stops, ahead, arrivals, place: found?.get(courier.id) ?? null, refused };
}
