import type { Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Mode } from '../../../kernel/tenant.ts';
import type { Egress, Refusal } from '../../../platform/net/egress.ts';
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
import { invalidMember } from '../../kit/validation.ts';
import { namedCarrier } from '../shipments/new-shipment.ts';
import { endpointJson, healthJson } from './answers.ts';
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
    ...deliveryRoutes(api, webhooks),
  ];
}

interface Checked {
  readonly url?: string | undefined;
  readonly filters?: { readonly carriers?: readonly string[] | undefined } | undefined;
}

const REFUSED: Readonly<Record<Refusal['reason'], string>> = {
  unreadable_url: 'Not a URL.',
  scheme: 'It begins with neither https:// nor http://.',
  credentials: 'It contains a user name or a password.',
  port: 'Its port belongs to another protocol.',
  host: 'Webhooks cannot be sent to this host.',
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

function full(): Problem {
  return new Problem(
    'conflict',
    `You may have at most ${ENDPOINTS_MAX} webhook endpoints; remove one that you do not need.`,
  );
}
