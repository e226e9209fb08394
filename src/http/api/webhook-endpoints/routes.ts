import type { Registry } from '../../../adapters/index.ts';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import type { Mode } from '../../../kernel/tenant.ts';
import { type Egress, type Refusal, URL_CHARS_MAX } from '../../../platform/net/egress.ts';
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
import { readPageById } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import { namedCarrier } from '../shipments/new-shipment.ts';
import { endpointJson, healthJson, inEnglish } from './answers.ts';
import {
  newWebhookEndpoint,
  patchWebhookEndpoint,
  secretRotation,
  webhookEndpoint,
  webhookEndpointDetail,
  webhookEndpointFilter,
  webhookEndpointPage,
  webhookEndpointWithSecret,
  webhookTest,
} from './schema.ts';

type Reason = Refusal['reason'];

const REFUSED: Readonly<Record<Reason, ErrorText>> = {
  unreadable_url: 'webhooks.notUrl',
  scheme: 'webhooks.notHttpOrHttps',
  credentials: 'webhooks.containsCredentials',
  port: 'webhooks.portOfOtherProtocol',
  host: 'webhooks.hostNotAllowed',
  address: 'webhooks.noPublicAddress',
  plain_http: 'webhooks.notEncrypted',
};

/** Developers who give an internal address mostly want to test webhooks on their own machine. */
const FIXES: Readonly<Record<Reason, (url: string) => ErrorText>> = {
  unreadable_url: ({ length }) =>
    length > URL_CHARS_MAX
      ? { 'webhooks.shortenUrl': { limit: URL_CHARS_MAX } }
      : 'webhooks.useFullUrl',
  scheme: () => 'webhooks.useHttps',
  credentials: () => 'webhooks.removeCredentialsFromUrl',
  port: (url) => ({ 'webhooks.useAllowedPort': { port: new URL(url).port } }),
  host: (url) => ({ 'webhooks.usePublicHost': { host: new URL(url).hostname } }),
  address: () => 'webhooks.usePublicAddress',
  plain_http: () => 'webhooks.useHttpsForLive',
};

/** Throws `Problem` for a URL that we would never post to. */
export async function assertWebhookUrl(
  checkUrl: Egress['checkUrl'],
  mode: Mode,
  url: string,
): Promise<void> {
  const refused = await checkUrl(url, { requireTls: mode === 'live' });
  if (refused === null) return;
  throw invalidMember('/url', REFUSED[refused.reason], FIXES[refused.reason](url));
}

interface MerchantWebhooks {
  readonly webhooks: WebhookDeps;
  readonly checkUrl: Egress['checkUrl'];
  readonly registry: Registry;
}

/** A merchant's webhook endpoints, their deliveries, and replays. */
export const webhookEndpoints = resource(
  { noun: 'webhook endpoint', tag: 'Events and webhooks' },
  {
    create: {
      id: 'createWebhookEndpoint',
      method: 'POST',
      path: '/webhook-endpoints',
      summary: 'Add a webhook endpoint',
      description:
        "Requests are signed according to Standard Webhooks: verify each with one of its libraries and `secret`. The endpoint gets events about shipments of the key's mode.",
      scope: 'webhooks:write',
      body: newWebhookEndpoint,
      answers: {
        201: {
          description: 'Created. `secret` is shown only this once.',
          schema: webhookEndpointWithSecret,
        },
      },
      example: { url: 'https://shop.example/hooks/waybill', events: ['*'] },
    },
    list: {
      id: 'listWebhookEndpoints',
      method: 'GET',
      path: '/webhook-endpoints',
      summary: 'List your webhook endpoints',
      scope: 'webhooks:read',
      query: webhookEndpointFilter,
      answers: { 200: { description: 'One page.', schema: webhookEndpointPage } },
    },
    get: {
      id: 'getWebhookEndpoint',
      method: 'GET',
      path: '/webhook-endpoints/:id',
      summary: 'Get a webhook endpoint and its health',
      scope: 'webhooks:read',
      answers: { 200: { description: 'The endpoint.', schema: webhookEndpointDetail } },
    },
    update: {
      id: 'updateWebhookEndpoint',
      method: 'PATCH',
      path: '/webhook-endpoints/:id',
      summary: 'Update, disable or enable a webhook endpoint',
      scope: 'webhooks:write',
      body: patchWebhookEndpoint,
      answers: { 200: { description: 'The changed endpoint.', schema: webhookEndpoint } },
      example: { events: ['shipment.*'], state: 'active' },
    },
    remove: {
      id: 'deleteWebhookEndpoint',
      method: 'DELETE',
      path: '/webhook-endpoints/:id',
      summary: 'Remove a webhook endpoint',
      description: 'Its deliveries are removed too: waiting ones are not sent.',
      scope: 'webhooks:write',
      answers: { 204: { description: 'Deleted.' } },
    },
    rotate: {
      id: 'rotateWebhookEndpointSecret',
      method: 'POST',
      path: '/webhook-endpoints/:id/rotate-secret',
      summary: "Rotate a webhook endpoint's secret",
      description:
        'Requests carry one signature per valid secret, so a receiver that knows either accepts them during the change.',
      scope: 'webhooks:write',
      body: secretRotation,
      bodyOptional: true,
      answers: {
        200: {
          description: 'The new secret. It is shown only this once.',
          schema: webhookEndpointWithSecret,
        },
      },
      example: { overlap_s: 86_400 },
    },
    test: {
      id: 'testWebhookEndpoint',
      method: 'POST',
      path: '/webhook-endpoints/:id/test',
      summary: 'Send a test event',
      description:
        'Posts one `webhook_endpoint.test` immediately, without retries, and waits for the answer; also to a disabled endpoint. It is not part of any sequence.',
      scope: 'webhooks:write',
      answers: { 200: { description: 'What the endpoint answered.', schema: webhookTest } },
    },
  },
  ({ webhooks, checkUrl, registry }: MerchantWebhooks) => {
    /**
     * Throws `Problem` for what no schema can check: a URL that we never post to, and carriers that do
     * not exist.
     */
    async function check(mode: Mode, { url, filters }: CheckedMembers): Promise<void> {
      for (const [i, name] of (filters?.carriers ?? []).entries()) {
        namedCarrier(registry, name, `/filters/carriers/${i}`);
      }
      if (url === undefined) return;
      await assertWebhookUrl(checkUrl, mode, url);
    }
    return {
      create: async ({ tenant, body }) => {
        await check(tenant.mode, body);
        const made = await createEndpoint(webhooks, tenant, body);
        if (made === null) throw tooManyProblem();
        return { status: 201, body: { ...endpointJson(made.endpoint), secret: made.secret } };
      },
      list: async ({ tenant, query }) => {
        const body = await readPageById(
          'webhook-endpoints',
          tenant,
          query,
          (after, limit) => listEndpoints(webhooks, tenant, { after, limit }),
          endpointJson,
        );
        return { status: 200, body };
      },
      get: async ({ tenant, id, found }) => {
        const endpoint = found(await findEndpoint(webhooks, tenant, id));
        const health = found(await endpointHealth(webhooks, tenant, id));
        return { status: 200, body: { ...endpointJson(endpoint), health: healthJson(health) } };
      },
      update: async ({ tenant, body, id, found }) => {
        await check(tenant.mode, body);
        const changed = await patchEndpoint(webhooks, tenant, id, body);
        return { status: 200, body: endpointJson(found(changed)) };
      },
      remove: async ({ tenant, id, found }) => {
        found(await removeEndpoint(webhooks, tenant, id));
        return { status: 204 };
      },
      rotate: async ({ tenant, body, id, found }) => {
        const overlap = { overlapS: body.overlap_s };
        const done = found(await rotateSecret(webhooks, tenant, id, overlap));
        return { status: 200, body: { ...endpointJson(done.endpoint), secret: done.secret } };
      },
      test: async ({ tenant, id, found }) => {
        const sent = found(await sendTest(webhooks, tenant, id));
        return {
          status: 200,
          body: {
            delivery_id: sent.deliveryId,
            delivered: sent.delivered,
            status: sent.status,
            reason: inEnglish(sent.reason),
            response: sent.response,
            duration_ms: sent.durationMs,
          },
        };
      },
    };
  },
);

interface CheckedMembers {
  readonly url?: string | undefined;
  readonly filters?: { readonly carriers?: readonly string[] | undefined } | undefined;
}

function tooManyProblem(): Problem {
  return new Problem('conflict', { 'webhooks.tooManyEndpoints': { endpointsMax: ENDPOINTS_MAX } });
}
