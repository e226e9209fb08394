import { EVENT_TYPES } from '../../../events/event-types.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  findDelivery,
  listDeliveries,
  replayDeliveries,
  replayDelivery,
  type WebhookDeps,
  wantsType,
} from '../../../reactions/merchant-webhooks/index.ts';
import { iso } from '../../../tracking/index.ts';
import { type MerchantApi, type MerchantCall, merchantRoute } from '../../kit/merchant-route.ts';
import type { Operation } from '../../kit/operation.ts';
import { BY_ID, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { attemptJson, deliveryJson } from './answers.ts';
import { idOf, present } from './find.ts';
import {
  getWebhookDeliveryOperation,
  listWebhookDeliveriesOperation,
  replayWebhookDeliveryOperation,
  replayWebhookEndpointOperation,
} from './operations.ts';

/** Deliveries of one endpoint, newest first; the console uses the same paging. */
export const DELIVERIES = { name: 'webhook-deliveries', position: BY_ID };

/** Deliveries to an endpoint, and resending them. */
export function deliveryRoutes(api: MerchantApi, webhooks: WebhookDeps): readonly Route[] {
  return [
    merchantRoute(api, listWebhookDeliveriesOperation, async ({ tenant, param, query }) => {
      const filter = { state: query.state, type: query.type, shipmentId: query.shipment_id };
      const endpoint = idOf(param('id'));
      const body = await readPage(
        DELIVERIES,
        tenant,
        { ...query, endpoint },
        async (after, limit) => {
          const page = { before: after?.id ?? null, limit };
          return present(await listDeliveries(webhooks, tenant, endpoint, filter, page));
        },
        { position: ({ id }) => ({ id }), json: deliveryJson },
      );
      return { status: 200, body };
    }),
    merchantRoute(api, getWebhookDeliveryOperation, async ({ tenant, param }) => {
      const [id, deliveryId] = idsOf(param);
      const found = await findDelivery(webhooks, tenant, id, deliveryId);
      if (found === null) throw noSuchDelivery();
      return {
        status: 200,
        body: {
          ...deliveryJson(found.delivery),
          body: found.body.toString('utf8'),
          log: found.attempts.map(attemptJson),
        },
      };
    }),
    merchantRoute(api, replayWebhookDeliveryOperation, async ({ tenant, param }) => {
      const [id, deliveryId] = idsOf(param);
      const replayed = await replayDelivery(webhooks, tenant, id, deliveryId);
      if (replayed === null) throw noSuchDelivery();
      if (replayed === 'test') throw testIsNotReplayed();
      if (replayed === 'erased') throw isErased();
      return { status: 202, body: deliveryJson(replayed) };
    }),
    merchantRoute(api, replayWebhookEndpointOperation, async ({ tenant, param, body }) => {
      const { since, until, types, states } = body;
      const done = await replayDeliveries(webhooks, tenant, idOf(param('id')), {
        sinceMs: since === undefined ? 0 : Date.parse(since),
        untilMs: until === undefined ? webhooks.clock.nowMs() + CLOCKS_APART_MS : Date.parse(until),
        types: types === undefined ? undefined : typesOf(types),
        states: states ?? (since === undefined ? ['dead'] : undefined),
      });
      const { replayed, nextSinceMs } = present(done);
      return { status: 202, body: { replayed, next_since: iso(nextSinceMs) } };
    }),
  ];
}

/** Allows for other processes' clocks being ahead when no end time is given. */
const CLOCKS_APART_MS = 60_000;

/** The types that match patterns, as deliveries name them. */
function typesOf(patterns: readonly string[]): readonly string[] {
  return EVENT_TYPES.filter((type) => wantsType(patterns, type));
}

function idsOf(param: MerchantCall<Operation>['param']): readonly [string, string] {
  const id = idOf(param('id'));
  const deliveryId = param('delivery_id');
  if (isUuid(deliveryId)) return [id, deliveryId.toLowerCase()];
  throw noSuchDelivery();
}

function noSuchDelivery(): Problem {
  return new Problem(
    'not_found',
    'There is no such delivery at this endpoint; it may be older than the retention period (90 days by default).',
  );
}

function testIsNotReplayed(): Problem {
  return new Problem(
    'conflict',
    'A test is not part of a sequence and cannot be sent again; send another with POST …/test.',
  );
}

function isErased(): Problem {
  return new Problem('erased', "The delivery's shipment was deleted, together with its payload.");
}
