import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  type ApiKey,
  addressesOfProvider,
  findProvider,
  type IdentityProvider,
  listProviders,
  noteAction,
  PROVIDERS_FULL,
  type ProviderOutcome,
  type ProviderSettings,
  removeProvider,
  reviseProvider,
  setUpProvider,
} from '../../../merchants/index.ts';
import { iso } from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { pageOfAll } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import {
  createIdentityProviderOperation,
  deleteIdentityProviderOperation,
  getIdentityProviderOperation,
  listIdentityProvidersOperation,
  patchIdentityProviderOperation,
} from './operations.ts';

/** Where a merchant's members have accounts that they sign in with at the desk. */
export function identityProviderRoutes(
  api: MerchantApi,
  {
    providers,
    publicUrl,
  }: { readonly providers: ProviderSettings; readonly publicUrl: () => string },
): readonly Route[] {
  const { members } = providers;
  const json = (provider: IdentityProvider) => jsonOf(provider, publicUrl());

  async function own({ merchantId }: Tenant, id: string): Promise<IdentityProvider> {
    const found = isUuid(id) ? await findProvider(members, id) : null;
    if (found === null || found.merchantId !== merchantId) throw noSuchProvider();
    return found;
  }

  /** As the desk's forms do: who did what stands in the audit. */
  const note = (
    { tenant, key }: { readonly tenant: Tenant; readonly key: ApiKey },
    { id: action }: { readonly id: string },
    subject: string,
  ) => noteAction(members, tenant, { kind: 'api_key', id: key.id }, { action, subject });

  return [
    merchantRoute(api, createIdentityProviderOperation, async (call) => {
      const { tenant, body } = call;
      assertLive(tenant);
      const said = { ...saidOf(body), name: body.name, issuer: body.issuer };
      const made = doneOf(await setUpProvider(providers, tenant.merchantId, said));
      await note(call, createIdentityProviderOperation, `${made.name}, ${made.issuer}`);
      return { status: 201, body: json(made) };
    }),
    merchantRoute(api, listIdentityProvidersOperation, async ({ tenant, query }) => {
      const all = await listProviders(members, tenant.merchantId);
      const key = ({ id }: IdentityProvider) => id;
      return {
        status: 200,
        body: pageOfAll('identity-providers', tenant, query, all, { key, json }),
      };
    }),
    merchantRoute(api, getIdentityProviderOperation, async ({ tenant, param }) => ({
      status: 200,
      body: json(await own(tenant, param('id'))),
    })),
    merchantRoute(api, patchIdentityProviderOperation, async (call) => {
      const { tenant, param, body } = call;
      const { id } = await own(tenant, param('id'));
      assertLive(tenant);
      const said = saidOf(body);
      const changed = doneOf(await reviseProvider(providers, tenant.merchantId, id, said));
      // What changes nothing is nothing that somebody did.
      const isChange = Object.values(said).some((each) => each !== undefined);
      if (isChange) await note(call, patchIdentityProviderOperation, changed.name);
      return { status: 200, body: json(changed) };
    }),
    merchantRoute(api, deleteIdentityProviderOperation, async (call) => {
      const { tenant, param } = call;
      const { id, name } = await own(tenant, param('id'));
      assertLive(tenant);
      if (!(await removeProvider(members, tenant.merchantId, id))) throw noSuchProvider();
      await note(call, deleteIdentityProviderOperation, name);
      return { status: 204 };
    }),
  ];
}

/** Members see live parcels, too: what a test key does must not decide who they are. */
function assertLive({ mode }: Tenant): void {
  if (mode === 'live') return;
  throw new Problem('forbidden', 'A test key does not change how members sign in.', {
    fix: 'Use a live key with the scope admin, the desk, or `waybill identity-providers`.',
  });
}

function saidOf(body: {
  readonly name?: string | undefined;
  readonly client_id?: string | undefined;
  readonly client_secret?: string | null | undefined;
  readonly trusts_second_step?: boolean | undefined;
}) {
  const { name, client_id: clientId, client_secret: clientSecret } = body;
  return { name, clientId, clientSecret, vouches: body.trusts_second_step };
}

/** Throws `Problem` for what was not done. */
function doneOf(outcome: ProviderOutcome): IdentityProvider {
  switch (outcome.kind) {
    case 'done':
      return outcome.provider;
    case 'unfit':
      throw invalidMember(`/${outcome.member}`, outcome.reason, outcome.fix);
    case 'full':
      throw new Problem('conflict', PROVIDERS_FULL);
    case 'wait': {
      const { retryAfterS } = outcome;
      throw new Problem('rate_limited', 'Too many issuers were tried just now.', { retryAfterS });
    }
    case 'gone':
      throw noSuchProvider();
  }
}

function noSuchProvider(): Problem {
  return new Problem('not_found', 'There is no such identity provider.');
}

function jsonOf(provider: IdentityProvider, publicUrl: string) {
  const { id, name, issuer, clientId, hasSecret, vouches, changedAtMs } = provider;
  const { redirectUri, signInUrl } = addressesOfProvider(publicUrl, id);
  return {
    ...{ id, name, issuer },
    client_id: clientId,
    has_client_secret: hasSecret,
    trusts_second_step: vouches,
    redirect_uri: redirectUri,
    sign_in_url: signInUrl,
    updated_at: iso(changedAtMs),
  };
}
