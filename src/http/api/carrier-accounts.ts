import type { CarrierAdapter, Credentials, Registry } from '../../adapters/index.ts';
import type { AccountPatch, Accounts, CarrierAccount } from '../../intake/index.ts';
import { Problem } from '../../kernel/errors.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { iso } from '../../tracking/index.ts';
import { type MerchantDoor, merchantRoute } from '../merchant-route.ts';
import type { BodyOf } from '../operation.ts';
import {
  createAccountOperation,
  deleteAccountOperation,
  getAccountOperation,
  listAccountsOperation,
  patchAccountOperation,
} from '../operations/carrier-accounts.ts';
import type { Polling } from '../polling.ts';
import type { Route } from '../route.ts';
import type { NewCarrierAccount } from '../schemas/carrier-account.ts';
import { invalidMember } from '../validation.ts';
import { checkCredentials, environmentOf } from './account-credentials.ts';
import { webhookUrl } from './carriers.ts';
import { namedCarrier } from './new-shipment.ts';

export interface CarrierAccountParts {
  readonly accounts: Accounts;
  readonly adapters: Registry;
  readonly publicUrl: () => string;
  /** Null where nothing is asked of carriers. */
  readonly polling: Polling | null;
}

/** A merchant's own accounts with carriers. Their secrets come in and never go out. */
export function carrierAccountRoutes(
  door: MerchantDoor,
  parts: CarrierAccountParts,
): readonly Route[] {
  const { accounts, adapters } = parts;
  const json = (tenant: Tenant, account: CarrierAccount) => accountJson(parts, tenant, account);
  return [
    merchantRoute(door, listAccountsOperation, async ({ tenant }) => {
      const all = await accounts.list(tenant);
      const data = await Promise.all(all.map((account) => json(tenant, account)));
      return { status: 200, body: { data, next_cursor: null } };
    }),
    merchantRoute(door, getAccountOperation, async ({ tenant, param }) => {
      const account = await accounts.find(tenant, param('id'));
      if (account === null) throw noSuchAccount();
      return { status: 200, body: await json(tenant, account) };
    }),
    merchantRoute(door, createAccountOperation, async ({ tenant, body }) => {
      const adapter = namedCarrier(adapters, body.carrier);
      const account = await accounts.create(tenant, newAccount(adapter, tenant, body));
      parts.polling?.accountsChanged();
      return { status: 201, body: await json(tenant, account) };
    }),
    merchantRoute(door, patchAccountOperation, async ({ tenant, param, body }) => {
      const account = await accounts.patch(tenant, param('id'), ({ carrier }, credentials) =>
        patchOf(adapters.get(carrier), credentials, body),
      );
      if (account === null) throw noSuchAccount();
      if (body.credentials !== undefined) {
        parts.polling?.accountsChanged();
        await parts.polling?.credentialsChanged(account.id);
      }
      return { status: 200, body: await json(tenant, account) };
    }),
    merchantRoute(door, deleteAccountOperation, async ({ tenant, param }) => {
      if (!(await accounts.disable(tenant, param('id')))) throw noSuchAccount();
      parts.polling?.accountsChanged();
      return { status: 204 };
    }),
  ];
}

function noSuchAccount(): Problem {
  return new Problem('not_found', 'There is no such account under this key.');
}

function newAccount(adapter: CarrierAdapter, { mode }: Tenant, sent: NewCarrierAccount) {
  const { credentials = {}, webhook_secrets: webhookSecrets, caps } = sent;
  refuseUselessSecrets(adapter, webhookSecrets);
  checkCredentials(adapter, credentials);
  if (Object.keys(credentials).length === 0 && webhookSecrets === undefined) {
    const pointer = adapter.access === undefined ? '/webhook_secrets' : '/credentials';
    throw invalidMember(
      pointer,
      'It is missing, and so is the other: the account could neither be asked with nor pushed to.',
      'Send credentials, webhook_secrets or both.',
    );
  }
  return {
    carrier: adapter.manifest.name,
    label: sent.label,
    credentials,
    environment: environmentOf(adapter, mode, sent.environment),
    caps: { perHour: caps?.calls_per_hour ?? null, perDay: caps?.calls_per_day ?? null },
    ...(webhookSecrets === undefined ? {} : { webhookSecrets }),
  };
}

function patchOf(
  adapter: CarrierAdapter | undefined,
  held: Credentials,
  sent: BodyOf<typeof patchAccountOperation>,
): AccountPatch {
  const { label, webhook_secrets: webhookSecrets, caps } = sent;
  if (adapter !== undefined) refuseUselessSecrets(adapter, webhookSecrets);
  const credentials = sent.credentials === undefined ? undefined : merged(held, sent.credentials);
  if (credentials !== undefined) {
    if (adapter === undefined) {
      throw new Problem('conflict', 'The carrier is not part of this installation any more.');
    }
    checkCredentials(adapter, credentials);
  }
  return {
    ...(label === undefined ? {} : { label }),
    ...(webhookSecrets === undefined ? {} : { webhookSecrets }),
    ...(credentials === undefined ? {} : { credentials }),
    caps: {
      ...(caps?.calls_per_hour === undefined ? {} : { perHour: caps.calls_per_hour }),
      ...(caps?.calls_per_day === undefined ? {} : { perDay: caps.calls_per_day }),
    },
  };
}

function merged(
  held: Credentials,
  sent: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const next: Record<string, string> = { ...held };
  for (const [name, value] of Object.entries(sent)) {
    if (value === null) delete next[name];
    else next[name] = value;
  }
  return next;
}

function refuseUselessSecrets(
  { manifest }: CarrierAdapter,
  webhookSecrets: readonly string[] | undefined,
): void {
  if (webhookSecrets === undefined || manifest.push !== null) return;
  throw invalidMember('/webhook_secrets', 'This carrier pushes nothing.', 'Leave them out.');
}

async function accountJson(
  { adapters, publicUrl, polling }: CarrierAccountParts,
  tenant: Tenant,
  account: CarrierAccount,
) {
  const { id, carrier, label, environment, credentialNames, caps, createdAtMs } = account;
  const pushes = adapters.get(carrier)?.manifest.push != null;
  return {
    id,
    carrier,
    label,
    environment,
    credentials: credentialNames,
    caps: { calls_per_hour: caps.perHour, calls_per_day: caps.perDay },
    webhook_url: pushes ? webhookUrl(publicUrl(), carrier, id) : null,
    health: (await polling?.health(tenant, id)) ?? null,
    created_at: iso(createdAtMs),
  };
}
