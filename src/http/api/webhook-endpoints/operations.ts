import { operation } from '../../kit/operation.ts';
import {
  newWebhookEndpoint,
  patchWebhookEndpoint,
  secretRotation,
  webhookDelivery,
  webhookDeliveryDetail,
  webhookDeliveryFilter,
  webhookDeliveryPage,
  webhookEndpoint,
  webhookEndpointDetail,
  webhookEndpointFilter,
  webhookEndpointPage,
  webhookEndpointWithSecret,
  webhookReplay,
  webhookReplayed,
  webhookTest,
} from './schema.ts';

const TAG = 'Events and webhooks';
const ID = { id: 'The endpoint.' };
const IDS = { ...ID, delivery_id: "The delivery's id: the `webhook-id` of its requests." };

export const createWebhookEndpointOperation = operation({
  id: 'createWebhookEndpoint',
  method: 'POST',
  path: '/webhook-endpoints',
  tag: TAG,
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
});

export const listWebhookEndpointsOperation = operation({
  id: 'listWebhookEndpoints',
  method: 'GET',
  path: '/webhook-endpoints',
  tag: TAG,
  summary: 'List your webhook endpoints',
  scope: 'webhooks:read',
  query: webhookEndpointFilter,
  answers: { 200: { description: 'One page.', schema: webhookEndpointPage } },
});

export const getWebhookEndpointOperation = operation({
  id: 'getWebhookEndpoint',
  method: 'GET',
  path: '/webhook-endpoints/:id',
  tag: TAG,
  summary: 'Get a webhook endpoint and its health',
  scope: 'webhooks:read',
  params: ID,
  answers: { 200: { description: 'The endpoint.', schema: webhookEndpointDetail } },
  errors: ['not_found'],
});

export const patchWebhookEndpointOperation = operation({
  id: 'updateWebhookEndpoint',
  method: 'PATCH',
  path: '/webhook-endpoints/:id',
  tag: TAG,
  summary: 'Update, disable or enable a webhook endpoint',
  scope: 'webhooks:write',
  params: ID,
  body: patchWebhookEndpoint,
  answers: { 200: { description: 'The changed endpoint.', schema: webhookEndpoint } },
  errors: ['not_found'],
  example: { events: ['shipment.*'], state: 'active' },
});

export const deleteWebhookEndpointOperation = operation({
  id: 'deleteWebhookEndpoint',
  method: 'DELETE',
  path: '/webhook-endpoints/:id',
  tag: TAG,
  summary: 'Remove a webhook endpoint',
  description: 'Its deliveries are removed too: waiting ones are not sent.',
  scope: 'webhooks:write',
  params: ID,
  answers: { 204: { description: 'Deleted.' } },
  errors: ['not_found'],
});

export const rotateWebhookSecretOperation = operation({
  id: 'rotateWebhookEndpointSecret',
  method: 'POST',
  path: '/webhook-endpoints/:id/rotate-secret',
  tag: TAG,
  summary: "Rotate a webhook endpoint's secret",
  description:
    'Requests carry one signature per valid secret, so a receiver that knows either accepts them during the change.',
  scope: 'webhooks:write',
  params: ID,
  body: secretRotation,
  bodyOptional: true,
  answers: {
    200: {
      description: 'The new secret. It is shown only this once.',
      schema: webhookEndpointWithSecret,
    },
  },
  errors: ['not_found'],
  example: { overlap_s: 86_400 },
});

export const testWebhookEndpointOperation = operation({
  id: 'testWebhookEndpoint',
  method: 'POST',
  path: '/webhook-endpoints/:id/test',
  tag: TAG,
  summary: 'Send a test event',
  description:
    'Posts one `webhook_endpoint.test` immediately, without retries, and waits for the answer; also to a disabled endpoint. It is not part of any sequence.',
  scope: 'webhooks:write',
  params: ID,
  answers: { 200: { description: 'What the endpoint answered.', schema: webhookTest } },
  errors: ['not_found'],
});

export const listWebhookDeliveriesOperation = operation({
  id: 'listWebhookDeliveries',
  method: 'GET',
  path: '/webhook-endpoints/:id/deliveries',
  tag: TAG,
  summary: 'List deliveries to a webhook endpoint',
  description: 'Kept for 90 days, unless the operator has changed that.',
  scope: 'webhooks:read',
  params: ID,
  query: webhookDeliveryFilter,
  shed: {},
  answers: { 200: { description: 'A page of deliveries.', schema: webhookDeliveryPage } },
  errors: ['not_found'],
});

export const getWebhookDeliveryOperation = operation({
  id: 'getWebhookDelivery',
  method: 'GET',
  path: '/webhook-endpoints/:id/deliveries/:delivery_id',
  tag: TAG,
  summary: 'Get a webhook delivery with its body and attempts',
  scope: 'webhooks:read',
  params: IDS,
  answers: { 200: { description: 'The delivery.', schema: webhookDeliveryDetail } },
  errors: ['not_found'],
});

export const replayWebhookDeliveryOperation = operation({
  id: 'replayWebhookDelivery',
  method: 'POST',
  path: '/webhook-endpoints/:id/deliveries/:delivery_id/replay',
  tag: TAG,
  summary: 'Send a webhook delivery again',
  description: 'Same body and id, new signature. To repeat a test, send another one.',
  scope: 'webhooks:write',
  params: IDS,
  answers: { 202: { description: 'It will be sent.', schema: webhookDelivery } },
  errors: ['not_found', 'conflict', 'erased'],
});

export const replayWebhookEndpointOperation = operation({
  id: 'replayWebhookDeliveries',
  method: 'POST',
  path: '/webhook-endpoints/:id/replay',
  tag: TAG,
  summary: 'Send many webhook deliveries again',
  description:
    'In order per shipment, with the same bodies. By default, every delivery that was given up.',
  scope: 'webhooks:write',
  params: ID,
  body: webhookReplay,
  bodyOptional: true,
  answers: { 202: { description: 'They will be sent.', schema: webhookReplayed } },
  errors: ['not_found'],
  example: { since: '2026-03-10T00:00:00Z', types: ['shipment.delivered'] },
});

/** In the order the docs list them. */
export const webhookEndpointOperations = [
  createWebhookEndpointOperation,
  listWebhookEndpointsOperation,
  getWebhookEndpointOperation,
  patchWebhookEndpointOperation,
  deleteWebhookEndpointOperation,
  rotateWebhookSecretOperation,
  testWebhookEndpointOperation,
  listWebhookDeliveriesOperation,
  getWebhookDeliveryOperation,
  replayWebhookDeliveryOperation,
  replayWebhookEndpointOperation,
];
