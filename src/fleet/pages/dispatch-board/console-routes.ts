import { deskForm, deskPage, deskStream } from '../../../http/console/kit/desk-route.ts';
import type { DeskCall, DeskDeps } from '../../../http/console/kit/visit.ts';
import { ALL, whoseOf } from '../../../http/console/kit/whose.tsx';
import { watchedTenant } from '../../../http/console/shipments/live-rows.tsx';
import { answerStream } from '../../../http/kit/event-stream.ts';
import type { Route } from '../../../http/kit/route.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { visibleMerchants } from '../../../merchants/index.ts';
import { explanationJson } from '../../api/deliveries/delivery-json.ts';
import { deliveryUuid, noSuchDelivery } from '../../api/deliveries/read-delivery.ts';
import { noSuchPause, pauseUuid } from '../../api/dispatch-pauses/routes.ts';
import type { FleetParts } from '../../api/fleet-parts.ts';
import {
  type DeliveryExplanation,
  tenantOfDelivery,
  tenantOfPause,
} from '../../deliveries/index.ts';
import { couriersOnMap, EVERYBODY, type MapCourier } from '../courier-map/map-state.ts';
import type { StreetLines } from '../courier-map/street-lines.ts';
import { DELIVERIES_DESK } from '../table.ts';
import { assignByForm, explanationOr404 } from './assign-action.ts';
import { boardStreams } from './board-updates.ts';
import { AT, BoardPage, DecisionPage, MAP_AT } from './console-pages.tsx';
import { chosenTenants, pauseByForm, resumeByForm } from './pause-acts.ts';
import { readBoard } from './read-board.ts';

/**
 * The dispatcher's routes, for deliveries by own couriers: what waits, who brings it, and why.
 * Members see their merchant's, operators those of all merchants too.
 */
export function dispatchRoutes(
  deps: DeskDeps,
  parts: FleetParts,
  streets: StreetLines,
): readonly Route[] {
  const { deliveries } = parts;
  const streams = boardStreams(parts.live, deliveries, deps.parts.log);
  const acting = { deliveries, log: deps.parts.log };
  return [
    deskStream(deps, DELIVERIES_DESK.watchDeskDispatch, async (call, maySee) => {
      const { query, visitor, response } = call;
      const tenant = whoseOf(call);
      // The session has switched since: the page belongs to another merchant.
      if (tenant !== null && query.get('whose') !== watchedTenant(tenant)) {
        response.writeHead(204, { 'cache-control': 'no-store' }).end();
        return;
      }
      answerStream(streams, response, { client: visitor.actor.id, topic: { tenant, maySee } });
    }),
    deskPage(deps, DELIVERIES_DESK.readDeskDispatch, async (call) => {
      const whose = whoseOf(call);
      const [shown, merchants] = await Promise.all([
        readBoard(parts, call, { ...EVERYBODY, tenant: whose }),
        visibleMerchants(deps.parts.db.pipeline),
      ]);
      const slugs = whose === null ? merchants.map(({ id, slug }) => [id, slug] as const) : [];
      const tenants = whose === null ? shown.tenants : null;
      return BoardPage({
        ...{ deps, call, streets },
        ...shown,
        tenants,
        merchants: new Map(slugs),
      });
    }),
    deskForm(deps, DELIVERIES_DESK.pauseDeskArea, async (call) => {
      const isOfAll = call.form.has('tenant') && call.visitor.power !== null;
      const tenants = isOfAll
        ? chosenTenants(call.form, (await readBoard(parts, call, EVERYBODY)).tenants)
        : [call.tenant];
      const ids = await pauseByForm(acting, tenants, call.form, actorText(call));
      await call.note(ids[0] ?? null);
      return { seeOther: pageAfter(AT, isOfAll, 'area_paused') };
    }),
    deskForm(deps, DELIVERIES_DESK.resumeDeskArea, async (call) => {
      const id = pauseUuid(call.param('id'));
      const tenant = await tenantFor(call, () => tenantOfPause(deliveries, id));
      if (tenant === null) throw noSuchPause();
      await resumeByForm(acting, tenant, id, actorText(call));
      await call.note(wireId('pause', id));
      return { seeOther: `${AT}?done=area_resumed` };
    }),
    deskPage(
      deps,
      {
        ...DELIVERIES_DESK.readDeskDelivery,
        ownerOf: (_, id) => tenantOfDelivery(deliveries, deliveryUuid(id)),
      },
      async (call) => {
        const id = deliveryUuid(call.param('id'));
        const found = await explanationOr404(deliveries, call.tenant, id);
        const couriers = await couriersOf(parts, call, call.tenant);
        return DecisionPage({
          ...{ deps, call, couriers, view: found.view },
          explanation: explanationJson(found),
          names: await namesIn(parts, call, found, couriers),
        });
      },
    ),
    deskForm(deps, DELIVERIES_DESK.assignDeskDelivery, async (call) => {
      const id = deliveryUuid(call.param('id'));
      const tenant = await tenantFor(call, () => tenantOfDelivery(deliveries, id));
      if (tenant === null) throw noSuchDelivery();
      const done = await assignByForm(acting, tenant, id, { form: call.form, by: actorText(call) });
      const delivery = wireId('delivery', id);
      await call.note(delivery);
      const from = call.form.get('from');
      if (from === null) return { seeOther: `${AT}/${delivery}?done=${done}` };
      const isOfAll = call.form.get('of') === ALL;
      return { seeOther: pageAfter(from === 'map' ? MAP_AT : AT, isOfAll, done) };
    }),
  ];
}

/** The URL of a page after an action, of all merchants if it was taken there. */
function pageAfter(path: string, isOfAll: boolean, done: string): string {
  return `${path}?${new URLSearchParams({ ...(isOfAll && { of: ALL }), done })}`;
}

async function couriersOf(parts: FleetParts, { may }: DeskCall, tenant: Tenant | null) {
  return (await couriersOnMap(parts, { ...EVERYBODY, tenant }, may('people:see'))).couriers;
}

/** What the couriers of a delivery are called, on shift or not, by their public ids. */
async function namesIn(
  parts: FleetParts,
  { may, tenant }: DeskCall,
  { view, offers, steps }: DeliveryExplanation,
  couriers: readonly MapCourier[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map(couriers.map(({ id, name }) => [id, name]));
  if (!may('people:see')) return names;
  const ids = [view.row, ...offers, ...steps].flatMap(({ courierId }) => courierId ?? []);
  for (const id of new Set(ids)) {
    if (names.has(wireId('courier', id))) continue;
    const courier = await parts.couriers.find(tenant, id);
    if (courier !== null) names.set(wireId('courier', id), courier.name);
  }
  return names;
}

/** The tenant of what a form names: for members always their own; null: there is no such thing. */
async function tenantFor(
  { visitor, tenant }: DeskCall,
  owner: () => Promise<Tenant | null>,
): Promise<Tenant | null> {
  return visitor.power === null ? tenant : owner();
}

/** Who acts, for the log. */
function actorText({ visitor: { actor, role } }: DeskCall): string {
  return role === null ? `operator ${actor.id}` : `member ${actor.id}`;
}
