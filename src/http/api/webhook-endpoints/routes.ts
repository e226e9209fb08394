import type { Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Mode } from '../../../kernel/tenant.ts';
import type { Egress } from '../../../platform/net/egress.ts';
import {
  createEndpoint,
  ENDPOINTS_MAX,
  endpointHealth,
  findEndpoint,
  listEndpoints,
  patchEndpoint,
  removeEndpoint,
  rotateSecret,
  sendTest,
  type WebhookDeps,
} from '../../../reactions/merchant-webhooks/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { BY_ID, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { namedCarrier } from '../shipments/new-shipment.ts';
import { endpointJson, healthJson } from './answers.ts';
import { assertWebhookUrl } from './check-url.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import { idOf, noSuchEndpoint, present } from './find.ts';
import {
  createWebhookEndpointOperation,
  deleteWebhookEndpointOperation,
  getWebhookEndpointOperation,
  listWebhookEndpointsOperation,
  patchWebhookEndpointOperation,
  rotateWebhookSecretOperation,
  testWebhookEndpointOperation,
} from './operations.ts';

export interface MerchantWebhooks {
  readonly webhooks: WebhookDeps;
  readonly checkUrl: Egress['checkUrl'];
  readonly registry: Registry;
}

const ENDPOINTS = { name: 'webhook-endpoints', position: BY_ID };

/** A merchant's webhook endpoints, their deliveries, and replays. */
export function webhookEndpointRoutes(
  api: MerchantApi,
  { webhooks, checkUrl, registry }: MerchantWebhooks,
): readonly Route[] {
  /**
   * Checks that the schema cannot do: whether we would post there at all, and which carriers exist.
   */
  async function check(mode: Mode, { url, filters }: Checked): Promise<void> {
    for (const [i, name] of (filters?.carriers ?? []).entries()) {
      namedCarrier(registry, name, `/filters/carriers/${i}`);
    }
    if (url === undefined) return;
    await assertWebhookUrl(checkUrl, mode, url);
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
    ...deliveryRoutes(api, webhooks),
  ];
}

interface Checked {
  readonly url?: string | undefined;
  readonly filters?: { readonly carriers?: readonly string[] | undefined } | undefined;
}

function full(): Problem {
  return new Problem(
    'conflict',
    `You may have at most ${ENDPOINTS_MAX} webhook endpoints; remove one that you do not need.`,
  );
}
