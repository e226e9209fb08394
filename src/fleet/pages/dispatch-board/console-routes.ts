import { h } from 'preact';
import {
  consoleForm,
  consolePage,
  consoleStream,
} from '../../../http/console/operators/console-route.ts';
import type { ConsoleDeps, FormCall, PageCall } from '../../../http/console/operators/visit.ts';
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
  type BoardDelivery,
  dispatchBoard,
  tenantOfDelivery,
  tenantOfPause,
} from '../../deliveries/index.ts';
import { couriersOnMap, EVERYBODY, type MapCourier } from '../courier-map/map-state.ts';
import { assignByForm, explainedIn } from './assign-act.ts';
import { boardStreams, SHOWN_MAX } from './board-updates.ts';
import { AT, BoardPage, DecisionPage, LIVE_AT } from './console-pages.tsx';
import { chosenTenants, pauseByForm, resumeByForm } from './pause-acts.ts';

/**
 * The dispatch routes of the console, for operators of all merchants: what waits, who brings it,
 * and why.
 */
export function dispatchConsoleRoutes(deps: ConsoleDeps, parts: FleetParts): readonly Route[] {
  const streams = boardStreams(parts.live, parts.deliveries, deps.parts.log);
  return [
    boardPage(deps, parts),
    consoleStream(deps, LIVE_AT, async ({ visitor }, response, maySee) => {
      // A client that disconnected during the lookup emits no further close event.
      if (response.destroyed) return;
      answerStream(streams, response, { client: visitor.key.id, topic: { tenant: null, maySee } });
    }),
    ...pauseForms(deps, parts),
    decisionPage(deps, parts),
    assignForm(deps, parts),
  ];
}

const byOf = ({ visitor }: Pick<FormCall, 'visitor'>) => `operator ${visitor.key.id}`;

function boardPage(deps: ConsoleDeps, parts: FleetParts): Route {
  return consolePage(deps, AT, async (call) => {
    const [board, { couriers }, merchants] = await Promise.all([
      dispatchBoard(parts.deliveries, null, SHOWN_MAX),
      couriersOnMap(parts, EVERYBODY, call.visitor.power === 'write'),
      visibleMerchants(deps.parts.db.pipeline),
    ]);
    return h(BoardPage, {
      deps,
      call,
      board,
      couriers,
      merchants: new Map(merchants.map(({ id, slug }) => [id, slug])),
      // The map's script uses this parameter for the selection.
      chosenId: call.query.get('courier'),
      tenants: tenantsOn(board.deliveries, couriers),
    });
  });
}

function pauseForms(deps: ConsoleDeps, parts: FleetParts): readonly Route[] {
  const acting = { deliveries: parts.deliveries, log: deps.parts.log };
  const onBoard = async () => {
    const { couriers } = await couriersOnMap(parts, EVERYBODY, false);
    const { deliveries } = await dispatchBoard(parts.deliveries, null, SHOWN_MAX);
    return tenantsOn(deliveries, couriers);
  };
  return [
    consoleForm(deps, `${AT}/pauses`, async (call) => {
      const tenants = chosenTenants(call.form, await onBoard());
      await pauseByForm(acting, tenants, call.form, byOf(call));
      return { seeOther: `${AT}?done=area_paused` };
    }),
    consoleForm(deps, `${AT}/pauses/:id/end`, async (call) => {
      const id = pauseUuid(call.param('id'));
      const tenant = await tenantOfPause(parts.deliveries, id);
      if (tenant === null) throw noSuchPause();
      await resumeByForm(acting, tenant, id, byOf(call));
      return { seeOther: `${AT}?done=area_resumed` };
    }),
  ];
}

/** The tenants of these deliveries and couriers, without duplicates. */
function tenantsOn(
  deliveries: readonly BoardDelivery[],
  couriers: readonly MapCourier[],
): readonly Tenant[] {
  const all = [
    ...deliveries.map(({ row }): Tenant => ({ merchantId: row.merchantId, mode: row.mode })),
    ...couriers.map(({ merchant_id: merchantId, mode }): Tenant => ({ merchantId, mode })),
  ];
  return [...new Map(all.map((each) => [`${each.merchantId} ${each.mode}`, each])).values()];
}

async function whichOf({ deliveries }: FleetParts, call: Pick<PageCall, 'param'>) {
  const id = deliveryUuid(call.param('id'));
  const tenant = await tenantOfDelivery(deliveries, id);
  if (tenant === null) throw noSuchDelivery();
  return { id, tenant };
}

function decisionPage(deps: ConsoleDeps, parts: FleetParts): Route {
  return consolePage(deps, `${AT}/:id`, async (call) => {
    const { id, tenant } = await whichOf(parts, call);
    const found = await explainedIn(parts.deliveries, tenant, id);
    const filter = { ...EVERYBODY, tenant };
    const { couriers } = await couriersOnMap(parts, filter, call.visitor.power === 'write');
    return h(DecisionPage, {
      deps,
      call,
      view: found.view,
      explanation: explanationJson(found),
      couriers,
    });
  });
}

function assignForm(deps: ConsoleDeps, parts: FleetParts): Route {
  const acting = { deliveries: parts.deliveries, log: deps.parts.log };
  return consoleForm(deps, `${AT}/:id/assign`, async (call) => {
    const { id, tenant } = await whichOf(parts, call);
    const done = await assignByForm(acting, tenant, id, { form: call.form, by: byOf(call) });
    return { seeOther: `${AT}/${wireId('delivery', id)}?done=${done}` };
  });
}
