import { Problem } from '../../../kernel/errors.ts';
import type { ChannelAccount, OpenedChannels } from '../../../reactions/notifications/index.ts';
import { iso } from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { madeKey, pageOfAll } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import {
  createChannelOperation,
  deleteChannelOperation,
  getChannelOperation,
  listChannelsOperation,
  listProvidersOperation,
  patchChannelOperation,
  webhookSecretOperation,
} from './operations.ts';
import { accountStored, noSuchChannel } from './stored.ts';

/** A merchant's own ways to send. Secrets come in and never go out. */
export function notificationChannelRoutes(
  api: MerchantApi,
  channels: OpenedChannels,
): readonly Route[] {
  const { accounts } = channels;
  const json = (account: ChannelAccount) => accountJson(account, channels);
  return [
    merchantRoute(api, listProvidersOperation, async ({ tenant, query }) => ({
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
    })),
    merchantRoute(api, webhookSecretOperation, async ({ tenant }) => {
      const secret = channels.webhookSecretOf(tenant);
      if (secret === null) {
        throw new Problem('not_found', 'This installation sends no signed messages to URLs.');
      }
      return { status: 200, body: { secret } };
    }),
    merchantRoute(api, listChannelsOperation, async ({ tenant, query }) => {
      const all = await accounts.list(tenant);
      const body = pageOfAll('notification-channels', tenant, query, all, { key: madeKey, json });
      return { status: 200, body };
    }),
    merchantRoute(api, getChannelOperation, async ({ tenant, param }) => {
      const account = await accounts.find(tenant, param('id'));
      if (account === null) throw noSuchChannel();
      return { status: 200, body: json(account) };
    }),
    merchantRoute(api, createChannelOperation, async ({ tenant, body, query }) => {
      const stored = await accounts.create(tenant, body, query.verify);
      return { status: 201, body: json(accountStored(stored)) };
    }),
    merchantRoute(api, patchChannelOperation, async ({ tenant, param, body, query }) => {
      const stored = await accounts.patch(tenant, param('id'), body, query.verify);
      return { status: 200, body: json(accountStored(stored)) };
    }),
    merchantRoute(api, deleteChannelOperation, async ({ tenant, param }) => {
      if (!(await accounts.remove(tenant, param('id')))) throw noSuchChannel();
      return { status: 204 };
    }),
  ];
}

function accountJson(account: ChannelAccount, { receiptsUrl }: OpenedChannels) {
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
      reason: verification.reason,
      at: iso(verification.atMs),
    },
    receipts_url: receiptsUrl(provider, id),
    created_at: iso(account.createdAtMs),
    updated_at: iso(account.updatedAtMs),
  };
}
