import { h } from 'preact';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  countEverybodysEndpoints,
  DELIVERY_STATES,
  findEverybodysEndpoint,
  listDeliveries,
  listEverybodysEndpoints,
  type OperatorsEndpoint,
  patchEndpoint,
  replayDeliveries,
  replayDelivery,
} from '../../../reactions/merchant-webhooks/index.ts';
import { shipmentsByIds } from '../../../tracking/ports/shipments.ts';
import { deskForm, deskPage } from '../../console/kit/desk-route.ts';
import type { DeskDeps } from '../../console/kit/visit.ts';
import { readPageById } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { ENDPOINTS_SHOWN, WebhookEndpointPage, WebhookEndpointsPage } from './console-pages.tsx';

const DELIVERIES_SHOWN = 50;

/** The state of merchants' endpoints, and resending deliveries that were given up. */
export function webhookConsoleRoutes(deps: DeskDeps): readonly Route[] {
  const { webhooks, log } = deps.parts;

  async function endpointOf(id: string): Promise<OperatorsEndpoint> {
    const found = isUuid(id) ? await findEverybodysEndpoint(webhooks, id) : null;
    if (found === null) throw new Problem('not_found', 'webhooks.noSuchEndpoint');
    return found;
  }

  return [
    deskPage(deps, 'readWebhookEndpoints', async (call) => {
      const troubled = call.query.get('show') === 'trouble';
      const [endpoints, { total }] = await Promise.all([
        listEverybodysEndpoints(webhooks, { troubled, limit: ENDPOINTS_SHOWN }),
        countEverybodysEndpoints(webhooks),
      ]);
      return h(WebhookEndpointsPage, { deps, call, troubled, endpoints, total });
    }),
    deskPage(deps, 'readWebhookEndpoint', async (call) => {
      const found = await endpointOf(call.param('id'));
      const { id, tenant } = found.endpoint;
      const state = DELIVERY_STATES.find((each) => each === call.query.get('state'));
      const deliveries = await readPageById(
        'webhook-deliveries',
        tenant,
        {
          state,
          endpoint: id,
          limit: DELIVERIES_SHOWN,
          cursor: call.query.get('cursor') ?? undefined,
        },
        async (before, limit) => {
          const page = { before, limit };
          return (await listDeliveries(webhooks, tenant, id, { state }, page)) ?? [];
        },
        (row) => row,
      );
      const subjects = deliveries.data.map(({ subjectId }) => subjectId).filter(isUuid);
      const shipments = await shipmentsByIds(deps.parts.db.pipeline, [...new Set(subjects)]);
      return h(WebhookEndpointPage, {
        deps,
        call,
        found,
        numbers: new Map(shipments.map((shipment) => [shipment.id, shipment.trackingNumber])),
        deliveries: deliveries.data,
        nextCursor: deliveries.next_cursor,
        state: state ?? null,
      });
    }),
    deskForm(deps, 'resendToEndpoint', async ({ param, form, visitor }) => {
      const { id, tenant } = (await endpointOf(param('id'))).endpoint;
      const back = `/console/hub/webhooks/${id}`;
      const delivery = form.get('delivery');
      log.info({ endpoint_id: id, actor_id: visitor.actor.id }, 'an operator resent webhooks');
      if (delivery !== null) {
        const one = isUuid(delivery) && (await replayDelivery(webhooks, tenant, id, delivery));
        if (!one) throw new Problem('not_found', 'desk.deliveryNoLongerExists');
        if (one === 'erased') throw new Problem('erased', 'desk.shipmentDeleted');
        if (one === 'test') throw new Problem('conflict', 'desk.testNotResendable');
        return { seeOther: `${back}?done=resent` };
      }
      const dead = { sinceMs: 0, untilMs: webhooks.clock.nowMs(), states: ['dead'] as const };
      const done = await replayDeliveries(webhooks, tenant, id, dead);
      const more = done !== null && done.nextSinceMs !== null;
      return { seeOther: `${back}?done=${more ? 'resent_some' : 'resent'}` };
    }),
    deskForm(deps, 'enableEndpoint', async ({ param, visitor }) => {
      const { id, tenant } = (await endpointOf(param('id'))).endpoint;
      log.info({ endpoint_id: id, actor_id: visitor.actor.id }, 'an operator enabled an endpoint');
      await patchEndpoint(webhooks, tenant, id, { state: 'active' });
      return { seeOther: `/console/hub/webhooks/${id}?done=enabled` };
    }),
  ];
}
