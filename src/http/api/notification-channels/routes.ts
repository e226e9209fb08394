import { Problem } from '../../../kernel/errors.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import {
  CHANNELS_MAX,
  type ChannelAccount,
  type ChannelStored,
  type OpenedChannels,
} from '../../../reactions/notifications/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { madeKey, pageOfAll, wholeList } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember, invalidMembers } from '../../kit/validation.ts';
import {
  askProviderQuery,
  newNotificationChannel,
  notificationChannel,
  notificationChannelChange,
  notificationChannelList,
  notificationProviderList,
  notificationWebhookSecret,
} from './schema.ts';

/** A merchant's own channels. Secrets are accepted and never returned. */
export const notificationChannels = resource(
  { noun: 'channel', tag: 'Notifications' },
  {
    listProviders: {
      id: 'listNotificationProviders',
      method: 'GET',
      path: '/notification-providers',
      summary: 'List notification providers',
      description:
        "With each one's settings as JSON Schema. docs/channels.md says how to obtain them.",
      scope: 'notifications:read',
      query: wholeList,
      answers: { 200: { description: 'All of them.', schema: notificationProviderList } },
    },
    getWebhookSecret: {
      id: 'getNotificationWebhookSecret',
      method: 'GET',
      path: '/notification-webhook-secret',
      summary: 'Get the secret that signs messages to your URLs',
      description:
        "Used by the installation's `http` channel. It is yours alone: a message that another merchant sends to your URL does not verify with it. Your own channel signs with the secret you gave it.",
      scope: 'notifications:write',
      answers: { 200: { description: 'The secret.', schema: notificationWebhookSecret } },
      errors: ['not_found'],
    },
    create: {
      id: 'createNotificationChannel',
      method: 'POST',
      path: '/notification-channels',
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
    },
    list: {
      id: 'listNotificationChannels',
      method: 'GET',
      path: '/notification-channels',
      summary: 'List your notification channels',
      scope: 'notifications:read',
      query: wholeList,
      answers: { 200: { description: 'All of them.', schema: notificationChannelList } },
    },
    get: {
      id: 'getNotificationChannel',
      method: 'GET',
      path: '/notification-channels/:id',
      summary: 'Get a notification channel',
      scope: 'notifications:read',
      answers: { 200: { description: 'The channel.', schema: notificationChannel } },
    },
    update: {
      id: 'updateNotificationChannel',
      method: 'PATCH',
      path: '/notification-channels/:id',
      summary: 'Update a notification channel',
      description:
        "Takes effect within a second. If disabled, messages use your next channel of the kind, otherwise the installation's.",
      scope: 'notifications:write',
      query: askProviderQuery,
      body: notificationChannelChange,
      answers: { 200: { description: 'The changed channel.', schema: notificationChannel } },
      errors: ['conflict'],
      example: { config: { api_key: 'SG.the-new-one' } },
    },
    remove: {
      id: 'deleteNotificationChannel',
      method: 'DELETE',
      path: '/notification-channels/:id',
      summary: 'Remove a notification channel',
      description: 'Delivery statuses for messages already sent are still accepted.',
      scope: 'notifications:write',
      answers: { 204: { description: 'Removed.' } },
    },
  },
  (channels: OpenedChannels) => {
    const { accounts } = channels;
    const json = (account: ChannelAccount) => accountJson(account, channels);
    return {
      listProviders: async ({ tenant, query }) => ({
        status: 200,
        body: pageOfAll('notification-providers', tenant, query, channels.offers, {
          key: ({ provider }) => provider,
          json: ({ provider, kinds, secrets, configSchema }) => ({
            provider,
            kinds,
            secrets,
            config_schema: configSchema,
          }),
        }),
      }),
      getWebhookSecret: async ({ tenant }) => {
        const secret = channels.webhookSecretOf(tenant);
        if (secret === null) {
          throw new Problem('not_found', 'notifications.signedMessagesNotOffered');
        }
        return { status: 200, body: { secret } };
      },
      create: async ({ tenant, body, query }) => {
        const stored = await accounts.create(tenant, body, query.verify);
        return { status: 201, body: json(accountStored(stored)) };
      },
      list: async ({ tenant, query }) => {
        const all = await accounts.list(tenant);
        const body = pageOfAll('notification-channels', tenant, query, all, { key: madeKey, json });
        return { status: 200, body };
      },
      get: async ({ tenant, param, found }) => {
        return { status: 200, body: json(found(await accounts.find(tenant, param('id')))) };
      },
      update: async ({ tenant, param, body, query }) => {
        const stored = await accounts.patch(tenant, param('id'), body, query.verify);
        return { status: 200, body: json(accountStored(stored)) };
      },
      remove: async ({ tenant, param, found }) => {
        found(await accounts.remove(tenant, param('id')));
        return { status: 204 };
      },
    };
  },
);

function accountJson(account: ChannelAccount, { deliveryStatusUrl }: OpenedChannels) {
  const { id, mode, provider, kind, label, enabled, config, secrets, verification } = account;
  return {
    id,
    mode,
    provider,
    kind,
    label,
    enabled,
    config,
    secrets,
    verification: {
      state: verification.state,
      reason: verification.reason && errorText(verification.reason),
      at: iso(verification.atMs),
    },
    delivery_status_url: deliveryStatusUrl(provider, id),
    created_at: iso(account.createdAtMs),
    updated_at: iso(account.updatedAtMs),
  };
}

/** The stored account; throws a `Problem` for every other outcome. */
export function accountStored(stored: ChannelStored): ChannelAccount {
  switch (stored.outcome) {
    case 'stored':
      return stored.account;
    case 'invalid':
      throw invalidMembers(stored.problems);
    case 'refused':
      throw invalidMember(
        '/config',
        { 'notifications.providerRefused': { reason: { text: stored.reason } } },
        'notifications.useProviderConsoleValues',
      );
    case 'full':
      throw new Problem('conflict', {
        'notifications.tooManyChannels': { channelsMax: CHANNELS_MAX },
      });
    case 'changed_meanwhile':
      throw new Problem('conflict', 'notifications.channelChangedConcurrently');
    case 'absent':
      throw new Problem('not_found', 'notifications.channelNotUnderKey');
  }
}
