import type { CarrierAccount } from '../../../intake/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { madeKey, pageOfAll, wholeList } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import { webhookUrl } from '../carriers/routes.ts';
import {
  carrierAccount,
  carrierAccountChange,
  carrierAccountList,
  newCarrierAccount,
  verifyQuery,
} from './schema.ts';
import {
  addAccount,
  type CarrierAccountParts,
  changeAccount,
  removeAccount,
} from './store-account.ts';

/** A merchant's own accounts with carriers. Their secrets are accepted and never returned. */
export const carrierAccounts = resource(
  { noun: 'account', tag: 'Carriers' },
  {
    create: {
      id: 'createCarrierAccount',
      method: 'POST',
      path: '/carrier-accounts',
      summary: 'Add a carrier account',
      description:
        'With `credentials` the hub polls the carrier for your parcels; pushes to `webhook_url` reach only you. Secrets are sealed and never shown again. Credentials are checked with the carrier first: if it refuses them, the answer is 422 and nothing is stored. If it does not answer in time, they are stored as `unverified` and checked again automatically.',
      scope: 'accounts:write',
      query: verifyQuery,
      body: newCarrierAccount,
      answers: { 201: { description: 'Added.', schema: carrierAccount } },
      example: {
        carrier: 'carrier-id',
        label: 'Main warehouse',
        credentials: {
          client_id: 'from-the-carriers-portal',
          client_secret: 'from-the-same-place',
        },
        webhook_secrets: ['your-secret'],
      },
    },
    list: {
      id: 'listCarrierAccounts',
      method: 'GET',
      path: '/carrier-accounts',
      summary: 'List your carrier accounts',
      scope: 'accounts:read',
      query: wholeList,
      answers: { 200: { description: 'All of them, oldest first.', schema: carrierAccountList } },
    },
    get: {
      id: 'getCarrierAccount',
      method: 'GET',
      path: '/carrier-accounts/:id',
      summary: 'Get a carrier account and its health',
      scope: 'accounts:read',
      answers: { 200: { description: 'The account.', schema: carrierAccount } },
    },
    update: {
      id: 'updateCarrierAccount',
      method: 'PATCH',
      path: '/carrier-accounts/:id',
      summary: 'Update a carrier account',
      description:
        'Absent members stay unchanged. New secrets apply within a second. New credentials are verified like those of a new account and used at once.',
      scope: 'accounts:write',
      query: verifyQuery,
      body: carrierAccountChange,
      answers: { 200: { description: 'The changed account.', schema: carrierAccount } },
      errors: ['conflict'],
      example: { credentials: { client_secret: 'the-new-one' }, caps: { calls_per_day: 5000 } },
    },
    remove: {
      id: 'deleteCarrierAccount',
      method: 'DELETE',
      path: '/carrier-accounts/:id',
      summary: 'Remove a carrier account',
      description: 'Within a second, pushes to its URL are refused and polling stops.',
      scope: 'accounts:write',
      answers: { 204: { description: 'Removed.' } },
    },
  },
  (parts: CarrierAccountParts) => {
    const { accounts } = parts;
    const json = (tenant: Tenant, account: CarrierAccount) => accountJson(parts, tenant, account);
    return {
      create: async ({ tenant, body, query }) => {
        const account = await addAccount(parts, tenant, body, query.verify);
        return { status: 201, body: await json(tenant, account) };
      },
      list: async ({ tenant, query }) => {
        const page = pageOfAll('carrier-accounts', tenant, query, await accounts.list(tenant), {
          key: madeKey,
          json: (account) => json(tenant, account),
        });
        return { status: 200, body: { ...page, data: await Promise.all(page.data) } };
      },
      get: async ({ tenant, param, found }) => ({
        status: 200,
        body: await json(tenant, found(await accounts.find(tenant, param('id')))),
      }),
      update: async ({ tenant, param, body, query }) => {
        const account = await changeAccount(parts, tenant, param('id'), body, query.verify);
        return { status: 200, body: await json(tenant, account) };
      },
      remove: async ({ tenant, param }) => {
        await removeAccount(parts, tenant, param('id'));
        return { status: 204 };
      },
    };
  },
);

async function accountJson(
  { adapters, publicUrl, polling }: CarrierAccountParts,
  tenant: Tenant,
  account: CarrierAccount,
) {
  const { id, carrier, label, environment, credentialNames, caps, createdAtMs } = account;
  const { verification, rule } = account;
  const pushes = adapters.get(carrier)?.manifest.push != null;
  return {
    id,
    carrier,
    label,
    environment,
    credentials: credentialNames,
    caps: { calls_per_hour: caps.perHour, calls_per_day: caps.perDay },
    ...(rule !== null && {
      rule: {
        monthly_cap: rule.monthlyCap,
        carriers: rule.carriers?.slice() ?? null,
        countries: rule.countries?.slice() ?? null,
      },
    }),
    verification:
      verification === null
        ? null
        : {
            state: verification.state,
            reason: verification.reason && errorText(verification.reason),
            at: iso(verification.atMs),
          },
    webhook_url: pushes ? webhookUrl(publicUrl(), carrier, id) : null,
    health: (await polling?.health(tenant, id)) ?? null,
    created_at: iso(createdAtMs),
  };
}
