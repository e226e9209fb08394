import type { createOpenId, OpenId } from './openid.ts';

/** OpenID Connect whose library is loaded for the first sign-in: most hubs have no provider, and a start none yet. */
export function lazyOpenId(deps: Parameters<typeof createOpenId>[0]): OpenId {
  let loaded: Promise<OpenId> | null = null;
  const openId = () => {
    loaded ??= import('./openid.ts').then((library) => library.createOpenId(deps));
    return loaded;
  };
  return {
    check: async (issuer) => (await openId()).check(issuer),
    begin: async (provider, flow, redirectUri) =>
      (await openId()).begin(provider, flow, redirectUri),
    end: async (provider, flow, callbackUrl) => (await openId()).end(provider, flow, callbackUrl),
  };
}
