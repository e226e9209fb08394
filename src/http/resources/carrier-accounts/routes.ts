import type { CarrierAccount } from '../../../intake/index.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { iso } from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { madeKey, pageOfAll } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { webhookUrl } from '../carriers/routes.ts';
import {
  createAccountOperation,
  deleteAccountOperation,
  getAccountOperation,
  listAccountsOperation,
  patchAccountOperation,
} from './operations.ts';
import {
  addAccount,
  type CarrierAccountParts,
  changeAccount,
  noSuchAccount,
  removeAccount,
} from './store-account.ts';

/** A merchant's own accounts with carriers. Their secrets come in and never go out. */
export function carrierAccountRoutes(
  api: MerchantApi,
  parts: CarrierAccountParts,
): readonly Route[] {
  const { accounts } = parts;
  const json = (tenant: Tenant, account: CarrierAccount) => accountJson(parts, tenant, account);
  return [
    merchantRoute(api, listAccountsOperation, async ({ tenant, query }) => {
      const page = pageOfAll('carrier-accounts', tenant, query, await accounts.list(tenant), {
        key: madeKey,
        json: (account) => json(tenant, account),
      });
      return { status: 200, body: { ...page, data: await Promise.all(page.data) } };
    }),
    merchantRoute(api, getAccountOperation, async ({ tenant, param }) => {
      const account = await accounts.find(tenant, param('id'));
      if (account === null) throw noSuchAccount();
      return { status: 200, body: await json(tenant, account) };
    }),
    merchantRoute(api, createAccountOperation, async ({ tenant, body, query }) => {
      const account = await addAccount(parts, tenant, body, query.verify);
      return { status: 201, body: await json(tenant, account) };
    }),
    merchantRoute(api, patchAccountOperation, async ({ tenant, param, body, query }) => {
      const account = await changeAccount(parts, tenant, param('id'), body, query.verify);
      return { status: 200, body: await json(tenant, account) };
    }),
    merchantRoute(api, deleteAccountOperation, async ({ tenant, param }) => {
      await removeAccount(parts, tenant, param('id'));
      return { status: 204 };
    }),
  ];
}

async function accountJson(
  { adapters, publicUrl, polling }: CarrierAccountParts,
  tenant: Tenant,
  account: CarrierAccount,
) {
  const { id, carrier, label, environment, credentialNames, caps, createdAtMs } = account;
  const { verification } = account;
  const pushes = adapters.get(carrier)?.manifest.push != null;
  return {
    id,
    carrier,
    label,
    environment,
    credentials: credentialNames,
    caps: { calls_per_hour: caps.perHour, calls_per_day: caps.perDay },
    verification:
      verification === null
        ? null
        : {
            state: verification.state,
            reason: verification.reason,
            at: iso(verification.atMs),
          },
    webhook_url: pushes ? webhookUrl(publicUrl(), carrier, id) : null,
    health: (await polling?.health(tenant, id)) ?? null,
    created_at: iso(createdAtMs),
  };
}
