import { Problem } from '../../../kernel/errors.ts';
import {
  CHANNELS_MAX,
  type ChannelAccount,
  type ChannelStored,
  type OpenedChannels,
} from '../../../reactions/notifications/index.ts';
import { iso } from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { madeKey, pageOfAll } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import {
  createChannelOperation,
  deleteChannelOperation,
  getChannelOperation,
  listChannelsOperation,
  listProvidersOperation,
  patchChannelOperation,
  webhookSecretOperation,
} from './operations.ts';

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

/** Throws what else became of it. */
function accountStored(stored: ChannelStored): ChannelAccount {
  switch (stored.outcome) {
    case 'stored':
      return stored.account;
    case 'invalid': {
      const errors = stored.problems.map((problem) => ({ ...problem }));
      const [first] = errors;
      throw new Problem('invalid', `${first?.pointer}: ${first?.reason}`, { errors });
    }
    case 'refused':
      throw invalidMember(
        '/config',
        `The provider refused it: ${stored.reason}.`,
        "Correct it with the values from the provider's console. With ?verify=false it is stored without a check.",
      );
    case 'full':
      throw new Problem(
        'conflict',
        `You may have at most ${CHANNELS_MAX} channels; remove one that you do not need.`,
      );
    case 'changed_meanwhile':
      throw new Problem('conflict', 'Another request has changed the channel in the meantime.');
    case 'absent':
      throw noSuchChannel();
  }
}

function noSuchChannel(): Problem {
  return new Problem('not_found', 'There is no such channel under this key.');
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
