import { z } from 'zod';
import { Problem } from '../../../kernel/errors.ts';
import { issueText, text } from '../../../kernel/wire/explain-issues.ts';
import { uuidOfWireId, wireId } from '../../../kernel/wire/wire-ids.ts';
import { type Egress, URL_CHARS_MAX } from '../../../platform/net/egress.ts';
import {
  createEndpoint,
  ENDPOINTS_MAX,
  type Endpoint,
  findEndpoint,
  listEndpoints,
  patchEndpoint,
  removeEndpoint,
  type WebhookDeps,
} from '../../../reactions/merchant-webhooks/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { assertWebhookUrl } from '../../api/webhook-endpoints/routes.ts';
import { type MerchantApi, type MerchantCall, merchantRoute } from '../../kit/merchant-route.ts';
import { type Operation, operation } from '../../kit/operation.ts';
import type { Route } from '../../kit/route.ts';
import { modeOf } from './event.ts';
import { EASYPOST } from './refusal.ts';
import { easypostAnswer } from './tracker-routes.ts';

const WEBHOOKS = `${EASYPOST}/v2/webhooks`;
const tag = 'Drop-in API';
const FORMAT = 'easypost';

/** More than a receiver needs to tell its webhooks from others' requests. */
const HEADERS_MAX = 10;
/** Headers of the connection, and those that the hub writes itself. */
const OWN_HEADERS =
  /^(?:host|connection|keep-alive|upgrade|te|trailer|transfer-encoding|expect|content-.*|proxy-.*|user-agent|x-hmac-signature)$/i;

const customHeader = z
  .object({
    name: z.string().optional(),
    // As the types of its client call it.
    key: z.string().optional(),
    value: z
      .string()
      .max(1_000)
      .regex(/^[\t\x20-\x7e]*$/),
  })
  .transform(({ name, key, value }) => ({ name: name ?? key ?? '', value }))
  .refine(
    ({ name }) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(name) && !OWN_HEADERS.test(name),
    {
      error: issueText('webhooks.useOwnHeaderName'),
      path: ['name'],
    },
  );

const settings = {
  // Not trimmed: the client verifies with every character of it.
  webhook_secret: z.string().min(1).max(1_000).nullish(),
  custom_headers: z.array(customHeader).max(HEADERS_MAX).nullish(),
};
const newWebhook = z.object({ webhook: z.object({ url: text(URL_CHARS_MAX), ...settings }) });
const webhookChange = z.object(settings);

const create = operation({
  id: 'easypostCreateWebhook',
  method: 'POST',
  path: WEBHOOKS,
  tag,
  summary: 'Create a webhook',
  scope: 'webhooks:write',
  body: newWebhook,
  answers: { 201: { description: 'The webhook.' } },
});
const list = operation({
  id: 'easypostListWebhooks',
  method: 'GET',
  path: WEBHOOKS,
  tag,
  summary: 'List webhooks',
  scope: 'webhooks:read',
  answers: { 200: { description: 'All webhooks.' } },
});
const one = { path: `${WEBHOOKS}/:id`, tag, params: { id: 'The webhook.' } } as const;
const retrieve = operation({
  ...one,
  id: 'easypostRetrieveWebhook',
  method: 'GET',
  summary: 'Retrieve a webhook',
  scope: 'webhooks:read',
  answers: { 200: { description: 'The webhook.' } },
  errors: ['not_found'],
});
const update = operation({
  ...one,
  id: 'easypostUpdateWebhook',
  method: 'PATCH',
  summary: 'Update and enable a webhook',
  scope: 'webhooks:write',
  body: webhookChange,
  bodyOptional: true,
  answers: { 201: { description: 'The webhook.' } },
  errors: ['not_found'],
});
const remove = operation({
  ...one,
  id: 'easypostDeleteWebhook',
  method: 'DELETE',
  summary: 'Delete a webhook',
  scope: 'webhooks:write',
  answers: { 200: { description: 'Deleted.' } },
  errors: ['not_found'],
});

export const webhookOperations = [create, list, retrieve, update, remove];

interface WebhookParts {
  readonly webhooks: WebhookDeps;
  readonly checkUrl: Egress['checkUrl'];
}

/** EasyPost's webhooks: endpoints of their format. */
export function webhookRoutes(
  api: MerchantApi,
  { webhooks, checkUrl }: WebhookParts,
): readonly Route[] {
  async function found({ tenant, param }: Pick<Call, 'tenant' | 'param'>): Promise<Endpoint> {
    const id = uuidOfWireId('hook', param('id'));
    const endpoint = id && (await findEndpoint(webhooks, tenant, id));
    if (!endpoint || endpoint.format !== FORMAT) throw noSuchWebhook();
    return endpoint;
  }
  return [
    merchantRoute(api, create, async ({ tenant, body: { webhook }, requestId }) => {
      await assertWebhookUrl(checkUrl, tenant.mode, webhook.url);
      const made = await createEndpoint(webhooks, tenant, {
        url: webhook.url,
        events: ['*'],
        format: FORMAT,
        secret: webhook.webhook_secret ?? null,
        customHeaders: webhook.custom_headers ?? [],
      });
      if (made === null) {
        const detail = { 'webhooks.tooManyEndpoints': { endpointsMax: ENDPOINTS_MAX } };
        throw new Problem('conflict', detail);
      }
      return easypostAnswer(webhookJson(made.endpoint), requestId, {}, 201);
    }),
    merchantRoute(api, list, async ({ tenant, requestId }) => {
      const page = { after: null, limit: ENDPOINTS_MAX };
      const all = await listEndpoints(webhooks, tenant, page, FORMAT);
      return easypostAnswer({ webhooks: all.map(webhookJson) }, requestId);
    }),
    merchantRoute(api, retrieve, async (call) =>
      easypostAnswer(webhookJson(await found(call)), call.requestId),
    ),
    merchantRoute(api, update, async (call) => {
      const { webhook_secret: secret, custom_headers: customHeaders } = call.body;
      const { id } = await found(call);
      const changed = await patchEndpoint(webhooks, call.tenant, id, {
        state: 'active',
        secret: secret ?? undefined,
        customHeaders: customHeaders ?? undefined,
      });
      if (changed === null) throw noSuchWebhook();
      return easypostAnswer(webhookJson(changed), call.requestId, {}, 201);
    }),
    merchantRoute(api, remove, async (call) => {
      const { id } = await found(call);
      if (!(await removeEndpoint(webhooks, call.tenant, id))) throw noSuchWebhook();
      return easypostAnswer({}, call.requestId);
    }),
  ];
}

type Call = MerchantCall<Operation>;

function webhookJson({ id, tenant, url, createdAtMs, disabledAtMs, customHeaders }: Endpoint) {
  return {
    id: wireId('hook', id),
    object: 'Webhook',
    mode: modeOf(tenant.mode),
    url,
    created_at: iso(createdAtMs),
    disabled_at: iso(disabledAtMs),
    custom_headers: customHeaders,
  };
}

function noSuchWebhook(): Problem {
  return new Problem('not_found', 'webhooks.endpointNotUnderKey');
}
