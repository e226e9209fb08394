import type { Registry } from '../../../adapters/index.ts';
import { EVENT_TYPES } from '../../../events/event-types.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Mode } from '../../../kernel/tenant.ts';
import type { Egress, Refusal } from '../../../platform/net/egress.ts';
import {
  createEndpoint,
  ENDPOINTS_MAX,
  endpointHealth,
  findDelivery,
  findEndpoint,
  listDeliveries,
  listEndpoints,
  patchEndpoint,
  removeEndpoint,
  replayDeliveries,
  replayDelivery,
  rotateSecret,
  sendTest,
  type WebhookDeps,
  wantsType,
} from '../../../reactions/merchant-webhooks/index.ts';
import { iso } from '../../../tracking/index.ts';
import { type MerchantApi, type MerchantCall, merchantRoute } from '../../kit/merchant-route.ts';
import type { Operation } from '../../kit/operation.ts';
import { BY_ID, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { namedCarrier } from '../shipments/new-shipment.ts';
import { attemptJson, deliveryJson, endpointJson, healthJson } from './answers.ts';
import {
  createWebhookEndpointOperation,
  deleteWebhookEndpointOperation,
  getWebhookDeliveryOperation,
  getWebhookEndpointOperation,
  listWebhookDeliveriesOperation,
  listWebhookEndpointsOperation,
  patchWebhookEndpointOperation,
  replayWebhookDeliveryOperation,
  replayWebhookEndpointOperation,
  rotateWebhookSecretOperation,
  testWebhookEndpointOperation,
} from './operations.ts';

export interface MerchantWebhooks {
  readonly webhooks: WebhookDeps;
  readonly checkUrl: Egress['checkUrl'];
  readonly registry: Registry;
}

const ENDPOINTS = { name: 'webhook-endpoints', position: BY_ID };
/** Of one endpoint, newest first; as the console pages them too. */
export const DELIVERIES = { name: 'webhook-deliveries', position: BY_ID };

/** Where a merchant is told what happens: endpoints, what was sent to them, and sending it again. */
export function webhookEndpointRoutes(
  api: MerchantApi,
  { webhooks, checkUrl, registry }: MerchantWebhooks,
): readonly Route[] {
  /** What no schema can know: whether we would post there at all, and which carriers there are. */
  async function check(mode: Mode, { url, filters }: Checked): Promise<void> {
    for (const [i, name] of (filters?.carriers ?? []).entries()) {
      namedCarrier(registry, name, `/filters/carriers/${i}`);
    }
    if (url === undefined) return;
    const refused = await checkUrl(url, { requireTls: mode === 'live' });
    if (refused !== null) throw invalidMember('/url', REFUSED[refused.reason], fixOf(refused));
  }

  return [
    merchantRoute(api, createWebhookEndpointOperation, async ({ tenant, body }) => {
      await check(tenant.mode, body);
      const made = await createEndpoint(webhooks, tenant, body);
      if (made === null) throw full();
      return { status: 201, body: { ...endpointJson(made.endpoint), secret: made.secret } };
    }),
    merchantRoute(api, listWebhookEndpointsOperation, async ({ tenant, query }) => {
      const body = await readPage(
        ENDPOINTS,
        tenant,
        query,
        (after, limit) => listEndpoints(webhooks, tenant, { after: after?.id ?? null, limit }),
        { position: ({ id }) => ({ id }), json: endpointJson },
      );
      return { status: 200, body };
    }),
    merchantRoute(api, getWebhookEndpointOperation, async ({ tenant, param }) => {
      const id = idOf(param('id'));
      const endpoint = present(await findEndpoint(webhooks, tenant, id));
      const health = present(await endpointHealth(webhooks, tenant, id));
      return { status: 200, body: { ...endpointJson(endpoint), health: healthJson(health) } };
    }),
    merchantRoute(api, patchWebhookEndpointOperation, async ({ tenant, param, body }) => {
      await check(tenant.mode, body);
      const changed = await patchEndpoint(webhooks, tenant, idOf(param('id')), body);
      return { status: 200, body: endpointJson(present(changed)) };
    }),
    merchantRoute(api, deleteWebhookEndpointOperation, async ({ tenant, param }) => {
      if (!(await removeEndpoint(webhooks, tenant, idOf(param('id'))))) throw noSuchEndpoint();
      return { status: 204 };
    }),
    merchantRoute(api, rotateWebhookSecretOperation, async ({ tenant, param, body }) => {
      const overlap = { overlapS: body.overlap_s };
      const done = present(await rotateSecret(webhooks, tenant, idOf(param('id')), overlap));
      return { status: 200, body: { ...endpointJson(done.endpoint), secret: done.secret } };
    }),
    merchantRoute(api, testWebhookEndpointOperation, async ({ tenant, param }) => {
      const sent = present(await sendTest(webhooks, tenant, idOf(param('id'))));
      return {
        status: 200,
        body: {
          delivery_id: sent.deliveryId,
          delivered: sent.delivered,
          status: sent.status,
          reason: sent.reason,
          response: sent.response,
          duration_ms: sent.durationMs,
        },
      };
    }),
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

/** Other processes' clocks may be ahead of ours, and nobody means the future. */
const CLOCKS_APART_MS = 60_000;

interface Checked {
  readonly url?: string | undefined;
  readonly filters?: { readonly carriers?: readonly string[] | undefined } | undefined;
}

const REFUSED: Readonly<Record<Refusal['reason'], string>> = {
  unreadable_url: 'It is not readable as a URL.',
  scheme: 'It begins neither with https:// nor with http://.',
  credentials: 'It holds a user name or a password.',
  port: 'Its port belongs to another protocol.',
  host: 'Its host is none we would post to.',
  address: 'Its host has no address of the public internet.',
  plain_http: 'It is not encrypted.',
};

/** Whoever names an inner address mostly wants to try webhooks on a machine of their own. */
const ON_A_LAPTOP =
  ' To try webhooks on a machine that the hub cannot reach, run `waybill listen` there.';

function fixOf({ reason, detail }: Refusal): string {
  const sentence = `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
  return reason === 'address' ? sentence + ON_A_LAPTOP : sentence;
}

/** The types that patterns mean, as deliveries name them. */
function typesOf(patterns: readonly string[]): readonly string[] {
  return EVENT_TYPES.filter((type) => wantsType(patterns, type));
}

function present<T>(found: T | null): T {
  if (found === null) throw noSuchEndpoint();
  return found;
}

/** The same 404 for what is no id as for what is not there. */
function idOf(text: string): string {
  if (isUuid(text)) return text.toLowerCase();
  throw noSuchEndpoint();
}

function idsOf(param: MerchantCall<Operation>['param']): readonly [string, string] {
  const id = idOf(param('id'));
  const deliveryId = param('delivery_id');
  if (isUuid(deliveryId)) return [id, deliveryId.toLowerCase()];
  throw noSuchDelivery();
}

function noSuchEndpoint(): Problem {
  return new Problem('not_found', 'There is no such webhook endpoint under this key.');
}

function noSuchDelivery(): Problem {
  return new Problem(
    'not_found',
    'There is no such delivery at this endpoint: perhaps it is older than what is kept (30 days, unless the operator says otherwise).',
  );
}

function testIsNotReplayed(): Problem {
  return new Problem(
    'conflict',
    'A test is part of no sequence and is not sent again; send another with POST …/test.',
  );
}

function isErased(): Problem {
  return new Problem(
    'erased',
    'The shipment that this delivery told of was deleted, and its payload with it.',
  );
}

function full(): Problem {
  return new Problem(
    'conflict',
    `You may have ${ENDPOINTS_MAX} webhook endpoints at most; remove one that you do not need.`,
  );
}
