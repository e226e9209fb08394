import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  addressesOfProvider,
  findProvider,
  type IdentityProvider,
  type OpenId,
  secretOfProvider,
} from '../../../merchants/index.ts';
import type { DeskDeps } from '../kit/visit.ts';

/** A provider that members can sign in with. */
export type UsableProvider = IdentityProvider & { readonly clientId: string };

/** Throws `Problem` when it does not exist, or the hub's client id for it is missing. */
export async function usableProvider(deps: DeskDeps, id: string): Promise<UsableProvider> {
  const provider = isUuid(id) ? await findProvider(deps.members, id) : null;
  if (provider === null || provider.clientId === null) {
    throw new Problem('not_found', 'members.unknownSignInMethod', {
      fix: 'members.openSignInPage',
    });
  }
  return { ...provider, clientId: provider.clientId };
}

/** With the secret, for requests to the provider. */
export async function requestedProvider(
  deps: DeskDeps,
  { id, issuer, clientId, changedAtMs }: UsableProvider,
): Promise<Parameters<OpenId['begin']>[0]> {
  const clientSecret = await secretOfProvider(deps.members, id);
  return { id, issuer, clientId, clientSecret, changedAtMs };
}

/** The redirect URI for a provider. */
export function redirectUriOf(deps: DeskDeps, id: string): string {
  return addressesOfProvider(deps.parts.publicUrl(), id).redirectUri;
}
