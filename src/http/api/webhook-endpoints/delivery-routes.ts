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
import { iso } from '../../../tracking/ports/shipments.ts';
import { readPageById } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import { attemptJson, deliveryJson } from './answers.ts';
import {
  webhookDelivery,
  webhookDeliveryDetail,
  webhookDeliveryFilter,
  webhookDeliveryPage,
  webhookReplay,
  webhookReplayed,
} from './schema.ts';

/** Deliveries of one endpoint, newest first; the console uses the same paging. */
/** Deliveries to an endpoint, and resending them. */
export const webhookDeliveries = resource(
  { noun: 'webhook endpoint', tag: 'Events and webhooks' },
  {
    list: {
      id: 'listWebhookDeliveries',
      method: 'GET',
      path: '/webhook-endpoints/:id/deliveries',
      summary: 'List deliveries to a webhook endpoint',
      description: 'Kept for 90 days, unless the operator has changed that.',
      scope: 'webhooks:read',
      query: webhookDeliveryFilter,
      shed: {},
      answers: { 200: { description: 'A page of deliveries.', schema: webhookDeliveryPage } },
    },
    get: {
      id: 'getWebhookDelivery',
      method: 'GET',
      path: '/webhook-endpoints/:id/deliveries/:delivery_id',
      summary: 'Get a webhook delivery with its body and attempts',
      scope: 'webhooks:read',
      params: { delivery_id: "The delivery's id: the `webhook-id` of its requests." },
      answers: { 200: { description: 'The delivery.', schema: webhookDeliveryDetail } },
    },
    replay: {
      id: 'replayWebhookDelivery',
      method: 'POST',
      path: '/webhook-endpoints/:id/deliveries/:delivery_id/replay',
      summary: 'Send a webhook delivery again',
      description: 'Same body and id, new signature. To repeat a test, send another one.',
      scope: 'webhooks:write',
      params: { delivery_id: "The delivery's id: the `webhook-id` of its requests." },
      answers: { 202: { description: 'It will be sent.', schema: webhookDelivery } },
      errors: ['conflict', 'erased'],
    },
    replayMany: {
      id: 'replayWebhookDeliveries',
      method: 'POST',
      path: '/webhook-endpoints/:id/replay',
      summary: 'Send many webhook deliveries again',
      description:
        'In order per shipment, with the same bodies. By default, every delivery that was given up.',
      scope: 'webhooks:write',
      body: webhookReplay,
      bodyOptional: true,
      answers: { 202: { description: 'They will be sent.', schema: webhookReplayed } },
      example: { since: '2026-03-10T00:00:00Z', types: ['shipment.delivered'] },
    },
  },
  (webhooks: WebhookDeps) => ({
    list: async ({ tenant, query, id: endpoint, found }) => {
      const filter = { state: query.state, type: query.type, shipmentId: query.shipment_id };
      const body = await readPageById(
        'webhook-deliveries',
        tenant,
        { ...query, endpoint },
        async (before, limit) => {
          const page = { before, limit };
          return found(await listDeliveries(webhooks, tenant, endpoint, filter, page));
        },
        deliveryJson,
      );
      return { status: 200, body };
    },
    get: async ({ tenant, id, param }) => {
      const found = await findDelivery(webhooks, tenant, id, deliveryId(param));
      if (found === null) throw noSuchDelivery();
      return {
        status: 200,
        body: {
          ...deliveryJson(found.delivery),
          body: found.body.toString('utf8'),
          log: found.attempts.map(attemptJson),
        },
      };
    },
    replay: async ({ tenant, id, param }) => {
      const replayed = await replayDelivery(webhooks, tenant, id, deliveryId(param));
      if (replayed === null) throw noSuchDelivery();
      if (replayed === 'test') throw testNotReplayedProblem();
      if (replayed === 'erased') throw erasedProblem();
      return { status: 202, body: deliveryJson(replayed) };
    },
    replayMany: async ({ tenant, body, id, found }) => {
      const { since, until, types, states } = body;
      const done = await replayDeliveries(webhooks, tenant, id, {
        sinceMs: since === undefined ? 0 : Date.parse(since),
        untilMs: until === undefined ? webhooks.clock.nowMs() + CLOCKS_APART_MS : Date.parse(until),
        types: types === undefined ? undefined : matchingTypes(types),
        states: states ?? (since === undefined ? ['dead'] : undefined),
      });
      const { replayed, nextSinceMs } = found(done);
      return { status: 202, body: { replayed, next_since: iso(nextSinceMs) } };
    },
  }),
);

/** Allows for other processes' clocks being ahead when no end time is given. */
const CLOCKS_APART_MS = 60_000;

/** Returns the event types that match any of the patterns. */
function matchingTypes(patterns: readonly string[]): readonly string[] {
  return EVENT_TYPES.filter((type) => wantsType(patterns, type));
}

function deliveryId(param: (name: string) => string): string {
  const id = param('delivery_id');
  if (!isUuid(id)) throw noSuchDelivery();
  return id.toLowerCase();
}

function noSuchDelivery(): Problem {
  return new Problem('not_found', 'webhooks.noSuchDelivery');
}

function testNotReplayedProblem(): Problem {
  return new Problem('conflict', 'webhooks.testNotResendable');
}

function erasedProblem(): Problem {
  return new Problem('erased', 'webhooks.deliveryPayloadDeleted');
}
