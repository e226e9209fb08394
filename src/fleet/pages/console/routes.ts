import { deskForm, deskPage, deskStream } from '../../../http/console/kit/desk-route.ts';
import { doneOf, messagesFor } from '../../../http/console/kit/spoken.tsx';
import type { DeskCall, DeskDeps } from '../../../http/console/kit/visit.ts';
import { watchedTenant } from '../../../http/console/shipments/live-rows.tsx';
import { answerStream } from '../../../http/kit/event-stream.ts';
import type { Route } from '../../../http/kit/route.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { explanationJson } from '../../api/deliveries/delivery-json.ts';
import { deliveryUuid } from '../../api/deliveries/read-delivery.ts';
import { pauseUuid } from '../../api/dispatch-pauses/routes.ts';
import type { FleetParts } from '../../api/fleet-parts.ts';
import { dispatchBoard } from '../../deliveries/index.ts';
import { couriersOnMap, EVERYBODY } from '../courier-map/map-state.ts';
import { assignByForm, explainedIn } from '../dispatch-board/assign-act.ts';
import { boardStreams, SHOWN_MAX } from '../dispatch-board/board-updates.ts';
import { pauseByForm, resumeByForm } from '../dispatch-board/pause-acts.ts';
import { AT, DeskBoardPage, DeskDeliveryPage } from './pages.tsx';
import { DISPATCH_DESK } from './table.ts';

/**
 * The dispatcher's routes of the desk, for deliveries by the merchant's own couriers: what waits,
 * who brings it, and why.
 */
export function deskDispatchRoutes(deps: DeskDeps, parts: FleetParts): readonly Route[] {
  const streams = boardStreams(parts.live, parts.deliveries, deps.parts.log);
  return [
    deskStream(
      deps,
      DISPATCH_DESK.watchDeskDispatch,
      async ({ query, tenant, visitor, response }, maySee) => {
        // The session has switched since: the page belongs to another merchant.
        if (query.get('of') !== watchedTenant(tenant)) {
          response.writeHead(204, { 'cache-control': 'no-store' }).end();
          return;
        }
        answerStream(streams, response, { client: visitor.actor.id, topic: { tenant, maySee } });
      },
    ),
    deskPage(deps, DISPATCH_DESK.readDeskDispatch, async (call) => {
      const [board, couriers] = await Promise.all([
        dispatchBoard(parts.deliveries, call.tenant, SHOWN_MAX),
        couriersOf(parts, call),
      ]);
      // The map's script uses this parameter for the selection.
      const chosenId = call.query.get('courier');
      const notice = doneOf(call, messagesFor(call).dispatch.decision.done);
      return DeskBoardPage({ deps, call, notice, board, couriers, chosenId });
    }),
    ...pauseRoutes(deps, parts),
    deskPage(deps, DISPATCH_DESK.readDeskDelivery, async (call) => {
      const id = deliveryUuid(call.param('id'));
      const found = await explainedIn(parts.deliveries, call.tenant, id);
      return DeskDeliveryPage({
        deps,
        call,
        notice: doneOf(call, messagesFor(call).dispatch.decision.done),
        view: found.view,
        explanation: explanationJson(found),
        couriers: await couriersOf(parts, call),
      });
    }),
    deskForm(deps, DISPATCH_DESK.assignDeskDelivery, async (call) => {
      const id = deliveryUuid(call.param('id'));
      const acting = { deliveries: parts.deliveries, log: deps.parts.log };
      const said = { form: call.form, by: byOf(call) };
      const done = await assignByForm(acting, call.tenant, id, said);
      const delivery = wireId('delivery', id);
      await call.note(delivery);
      return { seeOther: `${AT}/${delivery}?done=${done}` };
    }),
  ];
}

function pauseRoutes(deps: DeskDeps, parts: FleetParts): readonly Route[] {
  const acting = { deliveries: parts.deliveries, log: deps.parts.log };
  return [
    deskForm(deps, DISPATCH_DESK.pauseDeskArea, async (call) => {
      const [id = null] = await pauseByForm(acting, [call.tenant], call.form, byOf(call));
      await call.note(id);
      return { seeOther: `${AT}?done=area_paused` };
    }),
    deskForm(deps, DISPATCH_DESK.resumeDeskArea, async (call) => {
      const id = pauseUuid(call.param('id'));
      await resumeByForm(acting, call.tenant, id, byOf(call));
      await call.note(wireId('pause', id));
      return { seeOther: `${AT}?done=area_resumed` };
    }),
  ];
}

async function couriersOf(parts: FleetParts, { tenant, may }: DeskCall) {
  const filter = { ...EVERYBODY, tenant };
  return (await couriersOnMap(parts, filter, may('people:see'))).couriers;
}

function byOf({ visitor: { actor } }: DeskCall): string {
  return actor.kind === 'user' ? `member ${actor.id}` : `key ${actor.id}`;
}
