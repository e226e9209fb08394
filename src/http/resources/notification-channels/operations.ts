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
  summary: 'Providers that a channel may use',
  description: 'With what each takes, as JSON Schema; docs/channels.md says how to come by it.',
  scope: 'notifications:read',
  query: wholeList,
  answers: { 200: { description: 'All of them.', schema: notificationProviderList } },
});

export const webhookSecretOperation = operation({
  id: 'getNotificationWebhookSecret',
  method: 'GET',
  path: '/notification-webhook-secret',
  tag: TAG,
  summary: 'What messages to your URLs are signed with',
  description:
    'By the installation’s channel `http`. It is yours alone: a message that another merchant had sent to your URL does not verify by it. A channel of your own signs with the secret you gave it.',
  scope: 'notifications:write',
  answers: { 200: { description: 'The secret.', schema: notificationWebhookSecret } },
  errors: ['not_found'],
});

export const createChannelOperation = operation({
  id: 'createNotificationChannel',
  method: 'POST',
  path: '/notification-channels',
  tag: TAG,
  summary: 'Send by an account of your own',
  description:
    'In place of the installation’s channels of that kind. The provider is asked about the credentials first, where it can be: what it refuses is answered 422 and not stored. Test shipments go to the mailbox all the same.',
  scope: 'notifications:write',
  query: askProviderQuery,
  body: newNotificationChannel,
  answers: { 201: { description: 'Added.', schema: notificationChannel } },
  errors: ['conflict'],
  example: {
    provider: 'sendgrid',
    label: 'Our mail',
    config: { api_key: 'SG.from-your-account', from_address: 'parcels@shop.example' },
  },
});

export const listChannelsOperation = operation({
  id: 'listNotificationChannels',
  method: 'GET',
  path: '/notification-channels',
  tag: TAG,
  summary: 'Your channels',
  scope: 'notifications:read',
  query: wholeList,
  answers: { 200: { description: 'All of them.', schema: notificationChannelList } },
});

export const getChannelOperation = operation({
  id: 'getNotificationChannel',
  method: 'GET',
  path: '/notification-channels/:id',
  tag: TAG,
  summary: 'One channel',
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
  summary: 'Rotate credentials, rename, switch off',
  description:
    'Counts within a second. Switched off, messages go by your next channel of the kind, else by the installation’s.',
  scope: 'notifications:write',
  query: askProviderQuery,
  params: ID,
  body: notificationChannelChange,
  answers: { 200: { description: 'The channel as it is now.', schema: notificationChannel } },
  errors: ['not_found', 'conflict'],
  example: { config: { api_key: 'SG.the-new-one' } },
});

export const deleteChannelOperation = operation({
  id: 'deleteNotificationChannel',
  method: 'DELETE',
  path: '/notification-channels/:id',
  tag: TAG,
  summary: 'Remove a channel',
  description: 'What its provider still tells of messages already sent is heard.',
  scope: 'notifications:write',
  params: ID,
  answers: { 204: { description: 'Removed.' } },
  errors: ['not_found'],
});

const RECEIPT = z.unknown().meta({ description: 'Whatever the provider tells, at most 1 MiB.' });

const RECEIPTS = {
  method: 'POST',
  tag: TAG,
  description:
    'For providers that call back: each signs in its own way, and what is not authentic is refused. What cannot be delivered ends, and an address that bounced is not written to again.',
  body: RECEIPT,
  raw: true,
  answers: { 204: { description: 'Heard.' } },
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
    id: 'receiveReceipts',
    path: '/webhooks/providers/:provider',
    summary: 'Receipts for the installation’s channel',
    params: { provider: 'The provider.' },
  }),
  operation({
    ...RECEIPTS,
    id: 'receiveChannelReceipts',
    path: '/webhooks/providers/:provider/:channel',
    summary: 'Receipts for one merchant’s channel',
    params: { provider: 'The provider.', channel: 'Id of the channel.' },
  }),
];
