import { z } from 'zod';
import { operation } from '../../kit/operation.ts';
import { wholeList } from '../../kit/paged.ts';
import {
  askProviderQuery,
  newNotificationChannel,
  notificationChannel,
  notificationChannelChange,
  notificationChannelList,
  notificationProviderList,
  notificationWebhookSecret,
} from './schema.ts';

const TAG = 'Notifications';
const ID = { id: 'The channel.' };

export const listProvidersOperation = operation({
  id: 'listNotificationProviders',
  method: 'GET',
  path: '/notification-providers',
  tag: TAG,
  summary: 'List notification providers',
  description: "With each one's settings as JSON Schema. docs/channels.md says how to obtain them.",
  scope: 'notifications:read',
  query: wholeList,
  answers: { 200: { description: 'All of them.', schema: notificationProviderList } },
});

export const webhookSecretOperation = operation({
  id: 'getNotificationWebhookSecret',
  method: 'GET',
  path: '/notification-webhook-secret',
  tag: TAG,
  summary: 'Get the secret that signs messages to your URLs',
  description:
    "Used by the installation's `http` channel. It is yours alone: a message that another merchant sends to your URL does not verify with it. Your own channel signs with the secret you gave it.",
  scope: 'notifications:write',
  answers: { 200: { description: 'The secret.', schema: notificationWebhookSecret } },
  errors: ['not_found'],
});

export const createChannelOperation = operation({
  id: 'createNotificationChannel',
  method: 'POST',
  path: '/notification-channels',
  tag: TAG,
  summary: 'Add a notification channel',
  description:
    "Used instead of the installation's channels of that kind. Where possible, the provider checks the credentials first: if it refuses them, the answer is 422 and nothing is stored. Test shipments still send to the mailbox.",
  scope: 'notifications:write',
  query: askProviderQuery,
  body: newNotificationChannel,
  answers: { 201: { description: 'Added.', schema: notificationChannel } },
  errors: ['conflict'],
  example: {
    provider: 'sendgrid',
    label: 'Our email',
    config: { api_key: 'SG.from-your-account', from_address: 'parcels@shop.example' },
  },
});

export const listChannelsOperation = operation({
  id: 'listNotificationChannels',
  method: 'GET',
  path: '/notification-channels',
  tag: TAG,
  summary: 'List your notification channels',
  scope: 'notifications:read',
  query: wholeList,
  answers: { 200: { description: 'All of them.', schema: notificationChannelList } },
});

export const getChannelOperation = operation({
  id: 'getNotificationChannel',
  method: 'GET',
  path: '/notification-channels/:id',
  tag: TAG,
  summary: 'Get a notification channel',
  scope: 'notifications:read',
  params: ID,
  answers: { 200: { description: 'The channel.', schema: notificationChannel } },
  errors: ['not_found'],
});

export const patchChannelOperation = operation({
  id: 'updateNotificationChannel',
  method: 'PATCH',
  path: '/notification-channels/:id',
  tag: TAG,
  summary: 'Update a notification channel',
  description:
    "Takes effect within a second. If disabled, messages use your next channel of the kind, otherwise the installation's.",
  scope: 'notifications:write',
  query: askProviderQuery,
  params: ID,
  body: notificationChannelChange,
  answers: { 200: { description: 'The changed channel.', schema: notificationChannel } },
  errors: ['not_found', 'conflict'],
  example: { config: { api_key: 'SG.the-new-one' } },
});

export const deleteChannelOperation = operation({
  id: 'deleteNotificationChannel',
  method: 'DELETE',
  path: '/notification-channels/:id',
  tag: TAG,
  summary: 'Remove a notification channel',
  description: 'Receipts for messages already sent are still accepted.',
  scope: 'notifications:write',
  params: ID,
  answers: { 204: { description: 'Removed.' } },
  errors: ['not_found'],
});

const RECEIPT = z.unknown().meta({ description: "The provider's payload, at most 1 MiB." });

const RECEIPTS = {
  method: 'POST',
  tag: TAG,
  description:
    "For providers' delivery callbacks. Each provider signs in its own way; unauthentic requests are refused. An undeliverable message is ended, and an address that bounced gets no more messages.",
  body: RECEIPT,
  raw: true,
  answers: { 204: { description: 'Received.' } },
  errors: ['bad_request', 'signature_refused', 'not_found', 'too_large', 'unsupported_media_type'],
} as const;

/** In the order in which the docs list them. */
export const notificationChannelOperations = [
  listProvidersOperation,
  webhookSecretOperation,
  createChannelOperation,
  listChannelsOperation,
  getChannelOperation,
  patchChannelOperation,
  deleteChannelOperation,
  operation({
    ...RECEIPTS,
    id: 'receiveProviderStatuses',
    path: '/webhooks/providers/:provider',
    summary: "Receive delivery statuses for the installation's channels",
    params: { provider: "The provider's id." },
  }),
  operation({
    ...RECEIPTS,
    id: 'receiveChannelStatuses',
    path: '/webhooks/providers/:provider/:channel',
    summary: "Receive delivery statuses for one merchant's channel",
    params: { provider: "The provider's id.", channel: "The channel's id." },
  }),
];
