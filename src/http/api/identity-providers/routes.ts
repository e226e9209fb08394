import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  type ApiKey,
  addressesOfProvider,
  findProvider,
  type IdentityProvider,
  listProviders,
  type MembersDeps,
  noteAction,
  type OpenId,
  PROVIDERS_FULL,
  type ProviderOutcome,
  type ProviderSettings,
  removeProvider,
  reviseProvider,
  setUpProvider,
} from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { pageOfAll, wholeList } from '../../kit/paged.ts';
import { createRateLimiter } from '../../kit/rate-limit.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import {
  identityProvider,
  identityProviderList,
  newIdentityProvider,
  patchIdentityProvider,
} from './schema.ts';

/** External accounts with which a merchant's members sign in at the desk. */
export const identityProviders = resource(
  { noun: 'identity provider', tag: 'Identity providers' },
  {
    create: {
      id: 'createIdentityProvider',
      method: 'POST',
      path: '/identity-providers',
      summary: 'Add an identity provider for single sign-on',
      description:
        'By OpenID Connect. The provider is the merchant’s, in both modes: only a live key adds, changes or removes one.',
      scope: 'admin',
      body: newIdentityProvider,
      answers: { 201: { description: 'Added.', schema: identityProvider } },
      errors: ['conflict'],
      example: { name: 'Company account', issuer: 'https://login.example.com' },
    },
    list: {
      id: 'listIdentityProviders',
      method: 'GET',
      path: '/identity-providers',
      summary: 'List your identity providers',
      description: 'Oldest first.',
      scope: 'admin',
      query: wholeList,
      answers: { 200: { description: 'All of them.', schema: identityProviderList } },
    },
    get: {
      id: 'getIdentityProvider',
      method: 'GET',
      path: '/identity-providers/:id',
      summary: 'Get an identity provider',
      scope: 'admin',
      answers: { 200: { description: 'The identity provider.', schema: identityProvider } },
    },
    update: {
      id: 'updateIdentityProvider',
      method: 'PATCH',
      path: '/identity-providers/:id',
      summary: 'Update an identity provider',
      scope: 'admin',
      body: patchIdentityProvider,
      answers: { 200: { description: 'The changed identity provider.', schema: identityProvider } },
      example: { client_id: 'waybill', client_secret: 'from-the-provider' },
    },
    remove: {
      id: 'deleteIdentityProvider',
      method: 'DELETE',
      path: '/identity-providers/:id',
      summary: 'Remove an identity provider',
      description: 'Whoever signed in with it is signed out.',
      scope: 'admin',
      answers: { 204: { description: 'Removed.' } },
    },
  },
  ({
    providers,
    publicUrl,
  }: {
    readonly providers: ProviderSettings;
    readonly publicUrl: () => string;
  }) => {
    const { members } = providers;
    const json = (provider: IdentityProvider) => providerJson(provider, publicUrl());

    /** A provider of this merchant, or null. */
    async function ownProvider(
      { merchantId }: Tenant,
      id: string,
    ): Promise<IdentityProvider | null> {
      const provider = await findProvider(members, id);
      return provider?.merchantId === merchantId ? provider : null;
    }

    /** The audit log records who did what, as with the desk's forms. */
    const note = (
      { tenant, key }: { readonly tenant: Tenant; readonly key: ApiKey },
      action: string,
      subject: string,
    ) => noteAction(members, tenant, { kind: 'api_key', id: key.id }, { action, subject });
    return {
      create: async (call) => {
        const { tenant, body } = call;
        assertLive(tenant);
        const settings = { ...settingsOf(body), name: body.name, issuer: body.issuer };
        const made = providerOrThrow(await setUpProvider(providers, tenant.merchantId, settings));
        await note(call, 'createIdentityProvider', `${made.name}, ${made.issuer}`);
        return { status: 201, body: json(made) };
      },
      list: async ({ tenant, query }) => {
        const all = await listProviders(members, tenant.merchantId);
        const key = ({ id }: IdentityProvider) => id;
        return {
          status: 200,
          body: pageOfAll('identity-providers', tenant, query, all, { key, json }),
        };
      },
      get: async ({ tenant, id, found }) => ({
        status: 200,
        body: json(found(await ownProvider(tenant, id))),
      }),
      update: async (call) => {
        const { tenant, body, found } = call;
        const { id } = found(await ownProvider(tenant, call.id));
        assertLive(tenant);
        const settings = settingsOf(body);
        const changed = providerOrThrow(
          await reviseProvider(providers, tenant.merchantId, id, settings),
        );
        // A request that changes nothing is not recorded.
        const isChange = Object.values(settings).some((each) => each !== undefined);
        if (isChange) await note(call, 'updateIdentityProvider', changed.name);
        return { status: 200, body: json(changed) };
      },
      remove: async (call) => {
        const { tenant, found } = call;
        const { id, name } = found(await ownProvider(tenant, call.id));
        assertLive(tenant);
        found(await removeProvider(members, tenant.merchantId, id));
        await note(call, 'deleteIdentityProvider', name);
        return { status: 204 };
      },
    };
  },
);

/** Members see live parcels too, so a test key must not control who they are. */
function assertLive({ mode }: Tenant): void {
  if (mode === 'live') return;
  throw new Problem('forbidden', 'members.testKeyNotAllowed', {
    fix: 'members.useLiveAdminKey',
  });
}

function settingsOf(body: {
  readonly name?: string | undefined;
  readonly client_id?: string | undefined;
  readonly client_secret?: string | null | undefined;
  readonly trusts_second_step?: boolean | undefined;
}) {
  const { name, client_id: clientId, client_secret: clientSecret } = body;
  return { name, clientId, clientSecret, vouches: body.trusts_second_step };
}

/** Returns the provider after the action; throws `Problem` if nothing was done. */
function providerOrThrow(outcome: ProviderOutcome): IdentityProvider {
  switch (outcome.kind) {
    case 'done':
      return outcome.provider;
    case 'unfit':
      throw invalidMember(`/${outcome.member}`, outcome.reason, outcome.fix);
    case 'full':
      throw new Problem('conflict', PROVIDERS_FULL);
    case 'wait': {
      const { retryAfterS } = outcome;
      throw new Problem('rate_limited', 'members.tooManyIssuerChecks', { retryAfterS });
    }
    case 'gone':
      throw new Problem('not_found', 'members.identityProviderRemoved');
  }
}

function providerJson(provider: IdentityProvider, publicUrl: string) {
  const { id, name, issuer, clientId, hasSecret, vouches, changedAtMs } = provider;
  const { redirectUri, signInUrl } = addressesOfProvider(publicUrl, id);
  return {
    id,
    name,
    issuer,
    client_id: clientId,
    has_client_secret: hasSecret,
    trusts_second_step: vouches,
    redirect_uri: redirectUri,
    sign_in_url: signInUrl,
    updated_at: iso(changedAtMs),
  };
}

/**
 * The limit of checks per merchant: each makes the hub read up to half a megabyte from the issuer's
 * server.
 */
const CHECKS = { burst: 10, perS: 1 / 30 };

/**
 * Setup of providers for API and desk, which share the rate limit on checks of a merchant's
 * issuers.
 */
export function createProviderSettings({
  members,
  openId,
  clock,
}: {
  readonly members: MembersDeps;
  readonly openId: OpenId;
  readonly clock: Clock;
}): ProviderSettings {
  const checks = createRateLimiter({ name: 'provider checks', ...CHECKS, clock });
  return { members, openId, waitS: (merchantId) => checks.take(merchantId) };
}
